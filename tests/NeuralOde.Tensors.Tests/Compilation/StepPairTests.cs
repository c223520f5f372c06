using System.Numerics;

namespace NeuralOde.Tensors.Tests.Compilation;

/// <summary>Sums, differences and products that only the next of them reads are done within it, with the bits of both steps.</summary>
public class StepPairTests
{
    private const int Length = 1 << 14;

    private static readonly Func<Tensor, Tensor, Tensor>[] s_functions = [static (x, y) => x + y, static (x, y) => x - y, static (x, y) => x * y];

    private static readonly ProgramInput[] s_signature = [new("x", [Length]), new("y", [Length]), new("row", [2]), new("s", [])];

    /// <summary>Tiles and a rest; the last are too few for tiles in float.</summary>
    public static TheoryData<int> Lengths => [34, 66, 31];

    /// <summary>A function of tensors x and y, a row of two and a number, and how many of its steps are done within others.</summary>
    public static TheoryData<string, int> Cases => new()
    {
        { "polynomial", 4 },
        { "reverse", 1 },
        { "square", 1 },
        { "views", 1 },
        { "read later", 2 },
        { "two readers", 0 },
        { "read twice", 0 },
        { "result", 0 },
        { "rows", 0 },
        { "functions", 0 },
        { "constant", 0 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_cheap_step_is_done_within_its_only_reader(string name, int pairs)
    {
        var program = Program<float>.Compile(x => Function(name, x), s_signature);
        Assert.Equal(pairs, program.ToString().Split("in registers").Length - 1);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_pair_has_the_bits_of_its_steps(string name, int pairs)
    {
        ProgramInput[] signature = [new("x", [34]), new("y", [34]), new("row", [2]), new("s", [])];
        Assert.Equal(pairs, TileTests.HasTheSameBits<float>(x => Function(name, x), signature).ToString().Split("in registers").Length - 1);
        Assert.Equal(pairs, TileTests.HasTheSameBits<double>(x => Function(name, x), signature).ToString().Split("in registers").Length - 1);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Every_pair_of_functions_and_operands_has_the_bits_of_its_steps(int length)
    {
        Check<float>();
        Check<double>();

        void Check<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            bool isTiled = length >= 2 * 64 / System.Runtime.CompilerServices.Unsafe.SizeOf<T>();
            (int, int)[] operands = [(0, 1), (0, 3), (3, 0)];
            foreach (Func<Tensor, Tensor, Tensor> inner in s_functions)
            {
                foreach (Func<Tensor, Tensor, Tensor> outer in s_functions)
                {
                    foreach ((int first, int second) in operands)
                    {
                        foreach (int third in new[] { 0, 2, 3 })
                        {
                            foreach (bool innerFirst in new[] { false, true })
                            {
                                Program<T> program = TileTests.HasTheSameBits<T>(
                                    x => [innerFirst ? outer(inner(x[first], x[second]), x[third]) : outer(x[third], inner(x[first], x[second]))],
                                    new("x", [length]), new("y", [length]), new("z", [length]), new("s", []));
                                Assert.Equal(isTiled, program.ToString().Contains("in registers", StringComparison.Ordinal));
                            }
                        }
                    }
                }
            }
        }
    }

    [Fact]
    public void What_stays_in_registers_has_no_memory()
    {
        var program = Program<float>.Compile(x => [(x[0] * 0.5) + x[1]], new("x", [Length]), new("y", [Length]));
        Assert.Equal(1, program.InstructionCount);
        Assert.InRange(program.ArenaLength, 3 * Length, (3 * Length) + AlignedMemory<float>.PerLine);
    }

    [Fact]
    public void Running_pairs_allocates_nothing()
    {
        var program = Program<double>.Compile(x => [.. Function("polynomial", x), .. Function("read later", x), Tensor.Where(x[0].Step(), x[3], x[1])], s_signature);
        Assert.Equal(0, Allocation.InSteadyState(program.Run));
    }

    private static Tensor[] Function(string name, Tensor[] arguments)
    {
        (Tensor x, Tensor y, Tensor row, Tensor s) = (arguments[0], arguments[1], arguments[2], arguments[3]);
        Tensor half = x * s;
        return name switch
        {
            "polynomial" => [(((((((0.1 * x) - 0.3) * x) + 0.5) * x) - 0.7) * x) + 0.9],
            "reverse" => [y - half],
            "square" => [y - x.Square()],
            "views" => [half.Reshape([2, x.ElementCount / 2]) + y.Reshape([2, x.ElementCount / 2])],

            // The product waits for its reader: what it reads (one tile) must be there until then.
            "read later" => [(x.Tanh() * s) - (((y.Tanh() * x).Abs() + 0.25) * y).Abs()],
            "two readers" => [(half + y).Abs(), half.Tanh()],
            "read twice" => [half - half],
            "result" => [half, half + y],
            "rows" => [((half.Reshape([x.ElementCount / 2, 2]) + row) * 0.5).Abs()],
            "functions" => [(half / y).Tanh(), Tensor.Maximum(x + y, half.Abs())],
            "constant" => [half],
            _ => throw new ArgumentException($"There is no case '{name}'.", nameof(name)),
        };
    }
}
