using System.Numerics;

namespace NeuralOde.Tensors.Tests.Compilation;

/// <summary>Every operation three ways: eager, compiled, and compiled with its vector-Jacobian product.</summary>
public class CompiledOperationTests
{
    /// <summary>Fused kernels round in another order; a rule chains about ten operations on sums of up to 24 terms.</summary>
    private const double Roundings = 64;

    public static TheoryData<string> Cases => OperationCases.Names;

    [Theory]
    [MemberData(nameof(Cases))]
    public void Compiled_and_eager_agree_in_double(string name) => Check<double>(OperationCases.Get(name));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Compiled_and_eager_agree_in_float(string name) => Check<float>(OperationCases.Get(name));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Compiled_and_eager_second_derivatives_agree(string name)
    {
        OperationCase operation = OperationCases.Get(name);
        double[][] at = operation.Sample(9);
        Tensor[] leaves = operation.Tensors<double>(at, requiresGradient: true);
        Tensor[] eager = Second(leaves);
        var program = Program<double>.Compile(x => Second(x), Inputs(operation));
        program.Run(leaves);
        for (int i = 0; i < eager.Length; i++)
        {
            Values.AssertClose(eager[i].ToDoubles(), program.Output(i).ToArray(), Roundings * Values.Epsilon<double>(), $"{name}, input {i}\n{program}");
        }

        Tensor[] Second(Tensor[] x)
        {
            Tensor[] first = Gradients.Of(operation.Apply(x).Square().Sum(), x, createGraph: true);
            return Gradients.Of(first.Select(g => g.Square().Sum()).Aggregate((p, q) => p + q), x);
        }
    }

    private static ProgramInput[] Inputs(OperationCase operation) => [.. operation.Inputs.Select((s, i) => new ProgramInput($"x{i}", new Shape(s)))];

    private static void Check<T>(OperationCase operation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ProgramInput[] inputs = Inputs(operation);
        Program<T>? forward = null;
        Program<T>? both = null;
        foreach (int seed in new[] { 10, 11 })
        {
            Tensor[] leaves = operation.Tensors<T>(operation.Sample(seed), requiresGradient: true);
            Tensor y = operation.Apply(leaves);
            Tensor cotangent = Values.Random<T>(new Random(seed), y.Shape);
            Tensor[] gradients = Gradients.VectorJacobianProduct([y], leaves, [cotangent]);

            forward ??= Program<T>.Compile(x => [operation.Apply(x)], inputs);
            both ??= Program<T>.Compile(
                x =>
                {
                    Tensor f = operation.Apply(x[..^1]);
                    return [f, .. Gradients.VectorJacobianProduct([f], x[..^1], [x[^1]])];
                },
                [.. inputs, new ProgramInput("cotangent", y.Shape)]);
            Assert.Equal(y.Shape, forward.OutputShapes[0]);
            forward.Run(leaves);
            both.Run([.. leaves, cotangent]);
            double tolerance = Roundings * Values.Epsilon<T>();
            Values.AssertClose(y.ToDoubles(), Values.Doubles(forward.Output(0)), tolerance, $"{operation}\n{forward}");
            Values.AssertClose(y.ToDoubles(), Values.Doubles(both.Output(0)), tolerance, $"{operation} with gradient\n{both}");
            for (int i = 0; i < gradients.Length; i++)
            {
                Assert.Equal(leaves[i].Shape, both.OutputShapes[i + 1]);
                Values.AssertClose(gradients[i].ToDoubles(), Values.Doubles(both.Output(i + 1)), tolerance, $"{operation}, gradient of input {i}\n{both}");
            }
        }
    }
}
