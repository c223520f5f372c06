namespace NeuralOde.Tensors;

/// <summary>
/// Gives every value of a program a place in one arena, decided once: a place is handed on as soon as its value has been
/// read for the last time.
/// </summary>
internal sealed class MemoryPlan
{
    private readonly int _granule;
    private readonly List<(int Offset, int Length)> _free = [];

    /// <param name="granule">Places start at multiples of this many elements: a cache line.</param>
    public MemoryPlan(int granule) => _granule = granule;

    /// <summary>The arena's size in elements.</summary>
    public int Length { get; private set; }

    /// <summary>A place that nothing else occupies.</summary>
    public int Take(int length)
    {
        length = Round(length);
        int best = -1;
        for (int i = 0; i < _free.Count; i++)
        {
            if (_free[i].Length >= length && (best < 0 || _free[i].Length < _free[best].Length))
            {
                best = i;
            }
        }

        if (best < 0)
        {
            int end = Length;
            Length = checked(Length + length);
            return end;
        }

        (int offset, int available) = _free[best];
        if (available == length)
        {
            _free.RemoveAt(best);
        }
        else
        {
            _free[best] = (offset + length, available - length);
        }

        return offset;
    }

    /// <summary>Hands a place back; neighboring free places are joined.</summary>
    public void Return(int offset, int length)
    {
        length = Round(length);
        int at = _free.FindIndex(x => x.Offset > offset);
        at = at < 0 ? _free.Count : at;
        _free.Insert(at, (offset, length));
        if (at + 1 < _free.Count && offset + length == _free[at + 1].Offset)
        {
            _free[at] = (offset, length + _free[at + 1].Length);
            _free.RemoveAt(at + 1);
        }

        if (at > 0 && _free[at - 1].Offset + _free[at - 1].Length == offset)
        {
            _free[at - 1] = (_free[at - 1].Offset, _free[at - 1].Length + _free[at].Length);
            _free.RemoveAt(at);
        }
    }

    private int Round(int length) => checked((Math.Max(length, 1) + _granule - 1) / _granule * _granule);
}
