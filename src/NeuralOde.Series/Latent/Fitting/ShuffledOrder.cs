namespace NeuralOde.Series.Latent.Fitting;

/// <summary>Goes through the numbers below a bound in a random order, some at a time, and draws another order for the next round.</summary>
/// <param name="count">The bound.</param>
/// <param name="random">Where the orders come from.</param>
public sealed class ShuffledOrder(int count, RandomSource random)
{
    private readonly int[] _order = [.. Enumerable.Range(0, count)];
    private int _position = count;

    /// <summary>The order, and behind it how many were drawn.</summary>
    public IReadOnlyList<long> Position
    {
        get => [.. _order, _position];
        set
        {
            if (value.Count != _order.Length + 1 || value[^1] < 0 || value[^1] > _order.Length
                || !value.Take(_order.Length).Order().SequenceEqual(Enumerable.Range(0, _order.Length).Select(static x => (long)x)))
            {
                throw new SafeTensorsException(null, SafeTensorsReason.WrongValue, $"its position is no order of {_order.Length} numbers and a place in it.");
            }

            for (int i = 0; i < _order.Length; i++)
            {
                _order[i] = (int)value[i];
            }

            _position = (int)value[^1];
        }
    }

    /// <summary>The next numbers; a rest too small is left out.</summary>
    public ReadOnlySpan<int> Next(int size)
    {
        if (_position + size > _order.Length)
        {
            // Fisher and Yates, as Durstenfeld does it (1964).
            for (int i = _order.Length - 1; i > 0; i--)
            {
                int other = random.NextInteger(i + 1);
                (_order[i], _order[other]) = (_order[other], _order[i]);
            }

            _position = 0;
        }

        _position += size;
        return _order.AsSpan(_position - size, size);
    }
}
