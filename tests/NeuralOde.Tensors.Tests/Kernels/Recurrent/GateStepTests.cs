using System.Numerics;
using NeuralOde.Tensors.Kernels;

namespace NeuralOde.Tensors.Tests.Kernels.Recurrent;

public class GateStepTests
{
    private const int Rows = 3;
    private const int Hidden = 21;

    [Theory]
    [InlineData(nameof(SimdWidth.V128))]
    [InlineData(nameof(SimdWidth.V256))]
    [InlineData(nameof(SimdWidth.V512))]
    public void Every_width_gives_the_same_bits(string name)
    {
        SimdWidth width = Enum.Parse<SimdWidth>(name);
        Assert.Equal(Run<float, GruGates<float>>(SimdWidth.Scalar), Run<float, GruGates<float>>(width));
        Assert.Equal(Run<float, LstmGates<float>>(SimdWidth.Scalar), Run<float, LstmGates<float>>(width));
        Assert.Equal(Run<double, GruGates<double>>(SimdWidth.Scalar), Run<double, GruGates<double>>(width));
        Assert.Equal(Run<double, LstmGates<double>>(SimdWidth.Scalar), Run<double, LstmGates<double>>(width));
    }

    [Fact]
    public void A_masked_row_keeps_its_state_and_cell_and_its_gates_get_no_gradient()
    {
        float[] gates = Values<float>(1, Rows * Hidden * 4);
        float[] state = Values<float>(2, Rows * Hidden);
        float[] cell = Values<float>(3, Rows * Hidden);
        float[] next = new float[state.Length];
        float[] nextCell = new float[state.Length];
        float[] mask = [1, 0, 1];
        GateStep.Forward<float, LstmGates<float>>(
            new GateBatch<float> { Hidden = Hidden, Gates = gates, Mask = mask, Previous = state, Next = next, PreviousCell = cell, NextCell = nextCell });
        Assert.Equal(state[Hidden..(2 * Hidden)], next[Hidden..(2 * Hidden)]);
        Assert.Equal(cell[Hidden..(2 * Hidden)], nextCell[Hidden..(2 * Hidden)]);
        Assert.NotEqual(state[..Hidden], next[..Hidden]);
        float[] cotangent = Values<float>(4, state.Length);
        float[] before = [.. cotangent];
        float[] cellCotangent = Values<float>(5, state.Length);
        float[] cellBefore = [.. cellCotangent];
        GateStep.Backward<float, LstmGates<float>>(
            new GateBatch<float>
            {
                Hidden = Hidden,
                Gates = gates,
                Mask = mask,
                Previous = state,
                Next = cotangent,
                PreviousCell = cell,
                NextCell = cellCotangent,
                Cell = nextCell,
            });
        Assert.All(gates[(Hidden * 4)..(Hidden * 8)], x => Assert.Equal(0, x));
        Assert.Equal(before[Hidden..(2 * Hidden)], cotangent[Hidden..(2 * Hidden)]);
        Assert.Equal(cellBefore[Hidden..(2 * Hidden)], cellCotangent[Hidden..(2 * Hidden)]);
    }

    private static T[] Run<T, TGates>(SimdWidth width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TGates : struct, IGates<T>
    {
        T[] gates = Values<T>(1, Rows * Hidden * TGates.BlockCount);
        T[] state = Values<T>(2, Rows * Hidden);
        T[] cell = Values<T>(3, Rows * Hidden);
        var next = new T[state.Length];
        var nextCell = new T[state.Length];
        GateStep.Forward<T, TGates>(new GateBatch<T> { Hidden = Hidden, Gates = gates, Previous = state, Next = next, PreviousCell = cell, NextCell = nextCell }, width);
        T[] forward = [.. gates, .. next, .. nextCell];
        T[] cotangent = Values<T>(4, state.Length);
        T[] cellCotangent = Values<T>(5, state.Length);
        GateStep.Backward<T, TGates>(
            new GateBatch<T> { Hidden = Hidden, Gates = gates, Previous = state, Next = cotangent, PreviousCell = cell, NextCell = cellCotangent, Cell = nextCell }, width);
        return [.. forward, .. gates, .. cotangent, .. cellCotangent];
    }

    private static T[] Values<T>(int seed, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var values = new T[count];
        new RandomSource(seed).FillNormal<T>(values);
        return values;
    }
}
