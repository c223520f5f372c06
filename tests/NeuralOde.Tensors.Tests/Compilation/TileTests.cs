using System.Numerics;

namespace NeuralOde.Tensors.Tests.Compilation;

/// <summary>Element-wise chains over long operands: run tile by tile, they give the bits that they give one after the other.</summary>
public class TileTests
{
    private const int TileBytes = 64;

    public static TheoryData<int> Lengths => [15, 16, 17, 31, 32, 33, 63, 64, 65, 1000];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void An_optimizer_step_has_the_same_bits_in_float(int length) => HasTheSameBits<float>(length, AdamStep, 4);

    [Theory]
    [MemberData(nameof(Lengths))]
    public void An_optimizer_step_has_the_same_bits_in_double(int length) => HasTheSameBits<double>(length, AdamStep, 4);

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Choices_between_tensors_and_numbers_have_the_same_bits(int length) => HasTheSameBits<double>(
        length,
        x => [
            Tensor.Where(x[0].Greater(x[1]), x[0] * x[1], Tensor.Scalar(2, DType.Float64)) + 1.0,
            Tensor.Where(x[0].Step(), Tensor.Scalar(-0.0, DType.Float64), x[0].Tanh()).Abs(), 3.0 / (x[1] + 2.0)
        ],
        2);

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Gradients_have_the_same_bits(int length) => HasTheSameBits<float>(
        length,
        x =>
        {
            Tensor y = Tensor.Maximum(x[0].Sigmoid() * x[1], x[0].Square().Tanh()).Elu();
            return [y, .. Gradients.VectorJacobianProduct([y], [x[0], x[1]], [x[2]])];
        },
        3);

    [Fact]
    public void A_chain_is_one_instruction_whose_intermediate_values_take_a_few_tiles()
    {
        const int Length = 1 << 16;
        var program = Program<float>.Compile(x => [((((x[0] * 0.5) + x[1]) * x[0]) - 1.0).Abs().Sqrt()], new("x", [Length]), new("y", [Length]));
        Assert.Equal(1, program.InstructionCount);
        Assert.True(program.ArenaLength <= (3 * Length) + (3 * TileGroups.TileBytes / sizeof(float)), program.ToString());
        Assert.Contains("one tile", program.ToString());
    }

    [Fact]
    public void What_fits_the_cache_is_not_cut_into_tiles() =>
        Assert.DoesNotContain("tile", Program<float>.Compile(x => [((x[0] * 0.5) + 1.0).Abs()], new ProgramInput("x", [40])).ToString());

    private static Tensor[] AdamStep(Tensor[] x)
    {
        (Tensor m, Tensor v, Tensor g, Tensor p) = (x[0], x[1], x[2], x[3]);
        m = (m * 0.9) + (g * 0.1);
        v = (v.Abs() * 0.999) + (g.Square() * 0.001);
        return [m, v, p - (m * 0.01 / (v.Sqrt() + 1e-8))];
    }

    private static void HasTheSameBits<T>(int length, Func<Tensor[], Tensor[]> function, int arguments)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Program<T> tiled = HasTheSameBits<T>(function, [.. Enumerable.Range(0, arguments).Select(i => new ProgramInput($"x{i}", [length]))]);
        Assert.Equal(length >= 2 * TileBytes / System.Runtime.CompilerServices.Unsafe.SizeOf<T>(), tiled.ToString().Contains("at a time", StringComparison.Ordinal));
    }

    /// <summary>Compiles operands that are too short for tiles in tiles of 64 bytes, holds the program against the one without, and returns it.</summary>
    internal static Program<T> HasTheSameBits<T>(Func<Tensor[], Tensor[]> function, params ProgramInput[] signature)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var tiled = Program<T>.CompileInTiles(TileBytes, function, signature);
        var whole = Program<T>.Compile(function, signature);
        var random = new Random(signature[0].Shape.ElementCount);
        for (int run = 0; run < 2; run++)
        {
            Tensor[] values = [.. signature.Select(x => Values.Random<T>(random, x.Shape))];
            tiled.Run(values);
            whole.Run(values);
            for (int i = 0; i < tiled.OutputShapes.Count; i++)
            {
                Assert.Equal(whole.Output(i).ToArray(), tiled.Output(i).ToArray());
            }
        }

        return tiled;
    }
}
