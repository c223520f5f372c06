using System.Numerics;
using System.Runtime.InteropServices;
using NeuralOde.Tensors.Kernels;

namespace NeuralOde.Tensors.Tests.Compilation.Threading;

/// <summary>A program's results have the same bits for any number of threads.</summary>
public class DivisionTests
{
    private static readonly Dictionary<string, (int[][] Inputs, Func<Tensor[], Tensor> Apply)> s_operations = new()
    {
        ["tanh"] = ([[67, 129]], x => x[0].Tanh()),
        ["square of few elements"] = ([[33]], x => x[0].Square()),
        ["sum of two"] = ([[67, 129], [67, 129]], x => x[0] + x[1]),
        ["scalar on the right"] = ([[67, 129]], x => x[0] / 3.0),
        ["scalar on the left"] = ([[67, 129]], x => 3.0 - x[0]),
        ["row"] = ([[67, 129], [129]], x => x[0] * x[1]),
        ["column"] = ([[67, 129], [67, 1]], x => x[0] - x[1]),
        ["outer product"] = ([[67, 1], [1, 129]], x => x[0] * x[1]),
        ["where"] = ([[67, 129], [129], [67, 1]], x => Tensor.Where(x[0].Step(), x[1], x[2])),
        ["transpose"] = ([[67, 129]], x => x[0].Transpose()),
        ["broadcast"] = ([[67, 1]], x => x[0].BroadcastTo([67, 129])),
        ["softmax"] = ([[67, 129]], x => x[0].SoftMax()),
        ["logsumexp"] = ([[67, 129]], x => x[0].LogSumExp()),
        ["row sums"] = ([[67, 129]], x => x[0].Sum([1])),
        ["sums of an axis between"] = ([[5, 67, 12]], x => x[0].Sum([1])),
        ["largest of a row"] = ([[67, 129]], x => x[0].Max([1])),
        ["product"] = ([[67, 129], [129, 33]], x => x[0].MatMul(x[1])),
        ["product with a transposed left"] = ([[129, 67], [129, 33]], x => x[0].Transpose().MatMul(x[1])),
        ["product with a transposed right"] = ([[67, 129], [33, 129]], x => x[0].MatMul(x[1].Transpose())),
        ["product with both transposed"] = ([[129, 67], [33, 129]], x => x[0].Transpose().MatMul(x[1].Transpose())),
        ["product with few columns"] = ([[301, 40], [40, 3]], x => x[0].MatMul(x[1])),
        ["product with few columns, transposed"] = ([[40, 1301], [40, 2]], x => x[0].Transpose().MatMul(x[1])),
        ["product with one row"] = ([[1, 65], [65, 333]], x => x[0].MatMul(x[1])),
        ["product with two rows, transposed"] = ([[2, 65], [333, 65]], x => x[0].MatMul(x[1].Transpose())),
        ["product with seven rows"] = ([[7, 65], [65, 258]], x => x[0].MatMul(x[1])),
        ["product with a large right"] = ([[43, 601], [601, 333]], x => x[0].MatMul(x[1])),
        ["product with a large right, transposed"] = ([[43, 601], [333, 601]], x => x[0].MatMul(x[1].Transpose())),
        ["product with a large right and few columns"] = ([[43, 1301], [1301, 61]], x => x[0].MatMul(x[1])),
        ["stack of products"] = ([[5, 6, 7], [5, 7, 8]], x => x[0].MatMul(x[1])),
        ["convolution"] = ([[3, 6, 7, 5], [3, 3, 5, 18]], x => x[0].Convolution2d(x[1], 1, 1)),
        ["convolution with a stride"] = ([[2, 13, 11, 3], [4, 4, 3, 70]], x => x[0].Convolution2d(x[1], 2, 1)),
        ["gradient of a convolution's input"] = (
            [[2, 13, 11, 21], [4, 4, 21, 6], [2, 6, 5, 6]], x => Gradients.VectorJacobianProduct([x[0].Convolution2d(x[1], 2, 1)], [x[0]], [x[2]])[0]),
        ["gradient of a convolution's weight"] = (
            [[3, 6, 7, 5], [3, 3, 5, 18], [3, 6, 7, 18]], x => Gradients.VectorJacobianProduct([x[0].Convolution2d(x[1], 1, 1)], [x[1]], [x[2]])[0]),
        ["convolution layer"] = ([[3, 6, 7, 5], [3, 3, 5, 18], [6, 7, 18]], x => (x[0].Convolution2d(x[1], 1, 1) + x[2]).Relu()),
        ["gradient of a convolution's activated input"] = (
            [[3, 6, 7, 5], [3, 3, 5, 18], [3, 6, 7, 18]], x => Gradients.VectorJacobianProduct([x[0].Relu().Convolution2d(x[1], 1, 1)], [x[0]], [x[2]])[0]),
        ["max pool"] = ([[5, 7, 6, 3]], x => x[0].MaxPool2d(3, 2, 1)),
        ["gradient of a max pool"] = ([[5, 7, 6, 3], [5, 4, 3, 3]], x => Gradients.VectorJacobianProduct([x[0].MaxPool2d(3, 2, 1)], [x[0]], [x[1]])[0]),
        ["average pool"] = ([[5, 7, 6, 3]], x => x[0].AveragePool2d(3, 2, 1)),
        ["gradient of an average pool"] = ([[5, 7, 6, 3], [5, 4, 3, 3]], x => Gradients.VectorJacobianProduct([x[0].AveragePool2d(3, 2, 1)], [x[0]], [x[1]])[0]),
        ["batch normalization"] = ([[67, 129], [129], [129]], x => x[0].BatchNormalize(x[1], x[2])),
        ["group normalization"] = ([[5, 31, 48], [48], [48]], x => x[0].GroupNormalize(12, x[1], x[2])),
        ["layer normalization"] = ([[67, 129], [129], [129]], x => x[0].LayerNormalize(x[1], x[2])),
        ["batch normalization's gradient"] = ([[67, 129], [129], [129]], x => Gradients.Of(x[0].BatchNormalize(x[1], x[2]).Cube().Sum(), [x[0]])[0]),
        ["group normalization's gradient"] = ([[5, 31, 48], [48], [48]], x => Gradients.Of(x[0].GroupNormalize(12, x[1], x[2]).Cube().Sum(), [x[0]])[0]),
        ["cross entropy"] = ([[67, 9], [67]], x => x[0].CrossEntropy(x[1].Step())),
        ["cross entropy's gradient"] = ([[67, 9], [67]], x => Gradients.Of(x[0].CrossEntropy(x[1].Step()).Sum(), [x[0]])[0]),
        ["scale and shift"] = ([[67, 129], [129], [129]], x => x[0].ScaleShift(x[1], x[2])),
        ["layer"] = ([[67, 129], [129, 33], [33]], x => (x[0].MatMul(x[1]) + x[2]).Sigmoid()),
        ["layer by columns"] = ([[7, 65], [258, 65], [258]], x => (x[0].MatMul(x[1].Transpose()) + x[2]).Elu()),
    };

    public static TheoryData<string> Operations => [.. s_operations.Keys];

    [Theory]
    [MemberData(nameof(Operations))]
    public void An_operation_has_the_same_bits_for_any_number_of_threads(string name)
    {
        Check<float>();
        Check<double>();

        void Check<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            (int[][] inputs, Func<Tensor[], Tensor> apply) = s_operations[name];
            AssertSameBits(Program<T>.Compile(x => [apply(x)], [.. inputs.Select((s, i) => new ProgramInput($"x{i}", new Shape(s)))]));
        }
    }

    [Theory]
    [InlineData(512, 64, 128)]
    [InlineData(101, 17, 65)]
    [InlineData(6, 140, 150)]
    public void A_network_and_its_gradient_have_the_same_bits_for_any_number_of_threads(int batch, int state, int width)
    {
        AssertSameBits(CompileNetwork<float>(batch, state, width));
        AssertSameBits(CompileNetwork<double>(batch, state, width));
    }

    [Fact]
    public void Programs_on_several_threads_of_the_user_do_not_disturb_each_other()
    {
        Program<float>[] programs = Enumerable.Range(0, 4).Select(i => CompileNetwork<float>(256 + i, 64, 128)).ToArray();
        float[][] expected = Array.ConvertAll(programs, x =>
        {
            Fill(x);
            return RunPlain(x);
        });
        int helped = 0;
        Thread[] users = [.. programs.Select((program, i) => new Thread(() =>
        {
            var divided = new DividedBody(program.Body, 1);
            for (int run = 0; run < 200; run++)
            {
                if (divided.TryRun(3))
                {
                    Interlocked.Increment(ref helped);
                }
                else
                {
                    program.Run();
                }

                if (!Bits<float>(Outputs(program)).SequenceEqual(Bits<float>(expected[i])))
                {
                    expected[i] = [];
                    return;
                }
            }
        }))];
        Array.ForEach(users, x => x.Start());
        Array.ForEach(users, x => x.Join());
        Assert.All(expected, x => Assert.NotEmpty(x));
        Assert.True(helped > 0);
    }

    [Fact]
    public void A_program_that_is_shared_allocates_nothing_on_its_thread()
    {
        Program<float> program = CompileNetwork<float>(256, 64, 128);
        var divided = new DividedBody(program.Body, 1);
        Assert.Equal(0, Allocation.InSteadyState(() =>
        {
            for (int run = 0; run < 20; run++)
            {
                SharedPool.Run(divided, 3);
                program.Run();
            }
        }));
    }

    /// <summary>A field with two hidden layers, and its gradient with respect to everything.</summary>
    internal static Program<T> CompileNetwork<T>(int batch, int state, int width)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(3);
        Parameter P(params int[] shape) => Values.Parameter<T>(random, new Shape(shape), "p", 0.3);
        Parameter[] p = [P(state, width), P(width), P(width, width), P(width), P(width, state), P(state)];
        return Program<T>.Compile(
            x =>
            {
                Tensor f = ((x[0].MatMul(p[0]) + p[1]).Tanh().MatMul(p[2]) + p[3]).Tanh().MatMul(p[4]) + p[5];
                return [f, .. Gradients.VectorJacobianProduct([f], [x[0], .. p], [x[1]])];
            },
            new("z", [batch, state]), new("a", [batch, state]));
    }

    private static void AssertSameBits<T>(Program<T> program)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Fill(program);
        T[] expected = RunPlain(program);
        var divided = new DividedBody(program.Body, 1e-6);
        Assert.True(divided.WorthOfThreads > 0, $"Nothing can be shared in:\n{program}");
        foreach (int shares in new[] { 2, 3, 4, 1000 })
        {
            RunShares(program.Body, shares);
            Assert.True(Bits<T>(expected).SequenceEqual(Bits<T>(Outputs(program))), $"{shares} shares:\n{program}");
        }

        for (int threads = 2; threads <= 4; threads++)
        {
            SharedPool.Run(divided, threads);
            Assert.True(Bits<T>(expected).SequenceEqual(Bits<T>(Outputs(program))), $"{threads} threads:\n{program}");
        }
    }

    /// <summary>Each instruction in so many shares, the last one first.</summary>
    private static void RunShares(Instruction[] body, int shares)
    {
        foreach (Instruction instruction in body)
        {
            Division division = instruction.Division;
            int count = Math.Min(shares, division.MaxShares);
            if (count < 2)
            {
                instruction.Run();
                continue;
            }

            for (int i = count - 1; i >= 0; i--)
            {
                int first = division.Units * i / count;
                instruction.Run(first, (division.Units * (i + 1) / count) - first);
            }
        }
    }

    private static T[] RunPlain<T>(Program<T> program)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // A first run brings up to date what depends on parameters alone, which is not part of the body.
        program.Run();
        foreach (Instruction instruction in program.Body)
        {
            instruction.Run();
        }

        return Outputs(program);
    }

    private static void Fill<T>(Program<T> program)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(7);
        for (int i = 0; i < program.Inputs.Count; i++)
        {
            Values.Random<T>(random, program.Inputs[i].Shape, 2).AsSpan<T>().CopyTo(program.Input(i));
        }
    }

    private static T[] Outputs<T>(Program<T> program)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => [.. Enumerable.Range(0, program.OutputShapes.Count).SelectMany(i => program.Output(i).ToArray())];

    private static ReadOnlySpan<byte> Bits<T>(T[] values)
        where T : unmanaged => MemoryMarshal.AsBytes<T>(values);
}
