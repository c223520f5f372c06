using System.Numerics;

namespace NeuralOde.Tensors.Tests.Compilation;

/// <summary>Whole vector fields: eager, compiled, compiled with the vector-Jacobian product that an adjoint solve needs.</summary>
public class CompiledFieldTests
{
    public static TheoryData<string> Names => FieldCases.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Compiled_field_equals_eager_field_in_double(string name) => Check<double>(name);

    [Theory]
    [MemberData(nameof(Names))]
    public void Compiled_field_equals_eager_field_in_float(string name) => Check<float>(name);

    [Theory]
    [MemberData(nameof(Names))]
    public void Compiled_divergence_and_its_gradient_equal_eager_ones(string name)
    {
        // What a continuous normalizing flow integrates: εᵀ J ε, and the gradient of that.
        (Shape state, Parameter[] parameters, Func<Tensor, Tensor, Tensor> field) = FieldCases.Make<double>(name);
        var random = new Random(13);
        Tensor z = Values.Random<double>(random, state).WithGradient();
        var t = Tensor.From([0.4], [], true);
        Tensor noise = Values.Random<double>(random, state);
        Tensor[] leaves = [t, z, .. parameters];
        Tensor[] Divergence(Tensor t, Tensor z, Tensor noise)
        {
            Tensor product = Gradients.VectorJacobianProduct([field(t, z)], [z], [noise], createGraph: true)[0];
            Tensor divergence = (product * noise).Sum();
            return [divergence, .. Gradients.Of(divergence, [t, z, .. parameters])];
        }

        Tensor[] eager = Divergence(t, z, noise);
        var program = Program<double>.Compile(x => Divergence(x[0], x[1], x[2]), new("t", []), new("z", state), new("noise", state));
        program.Run(t, z, noise);
        for (int i = 0; i < eager.Length; i++)
        {
            Values.AssertClose(eager[i].ToDoubles(), program.Output(i).ToArray(), 1000 * Values.Epsilon<double>(), $"{name}, result {i}\n{program}");
        }

        Assert.Equal(leaves.Length + 1, eager.Length);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Vector_jacobian_product_equals_finite_difference_along_a_direction(string name)
    {
        (Shape state, Parameter[] parameters, Func<Tensor, Tensor, Tensor> field) = FieldCases.Make<double>(name);
        var random = new Random(14);
        double[] at = Values.Random(random, state.ElementCount);
        double[] cotangent = Values.Random(random, state.ElementCount);
        double Product(double[] z, double t) => (field(Tensor.Scalar(t, DType.Float64), Tensor.From(z, state)) * Tensor.From(cotangent, state)).Sum().ToScalar();
        Program<double> program = Compile<double>(state, parameters, field);
        program.Run(Tensor.Scalar(0.3, DType.Float64), Tensor.From(at, state), Tensor.From(cotangent, state));
        double[] byTime = program.Output(1).ToArray();
        double[] byState = program.Output(2).ToArray();
        double magnitude = 10 + byState.Sum(Math.Abs);
        FiniteDifference.AssertGradient(x => Product(x[0], x[1][0]), [at, [0.3]], [byState, byTime], magnitude, name);
        for (int i = 0; i < parameters.Length; i++)
        {
            Parameter p = parameters[i];
            double[] before = p.ToDoubles();
            double[] gradient = program.Output(i + 3).ToArray();
            FiniteDifference.AssertGradient(
                x =>
                {
                    p.SetValues(x[0]);
                    return Product(at, 0.3);
                },
                [before], [gradient], magnitude + gradient.Sum(Math.Abs), $"{name}, {p.Name}");
            p.SetValues(before);
        }
    }

    private static Program<T> Compile<T>(Shape state, Parameter[] parameters, Func<Tensor, Tensor, Tensor> field)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Program<T>.Compile(
            x =>
            {
                Tensor f = field(x[0], x[1]);
                return [f, .. Gradients.VectorJacobianProduct([f], [x[0], x[1], .. parameters], [x[2]])];
            },
            new("t", []), new("z", state), new("a", state));

    private static void Check<T>(string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (Shape state, Parameter[] parameters, Func<Tensor, Tensor, Tensor> field) = FieldCases.Make<T>(name);
        var forward = Program<T>.Compile(x => [field(x[0], x[1])], new("t", []), new("z", state));
        Program<T> both = Compile<T>(state, parameters, field);
        var random = new Random(15);

        // Chains of at most 30 operations, sums of at most 17 terms.
        double tolerance = 512 * Values.Epsilon<T>();
        for (int run = 0; run < 3; run++)
        {
            Tensor t = Values.Random<T>(random, []).WithGradient();
            Tensor z = Values.Random<T>(random, state).WithGradient();
            Tensor a = Values.Random<T>(random, state);
            Tensor f = field(t, z);
            Assert.Equal(state, f.Shape);
            Tensor[] gradients = Gradients.VectorJacobianProduct([f], [t, z, .. parameters], [a]);
            forward.Run(t, z);
            both.Run(t, z, a);
            Values.AssertClose(f.ToDoubles(), Values.Doubles(forward.Output(0)), tolerance, $"{name}\n{forward}");
            Values.AssertClose(f.ToDoubles(), Values.Doubles(both.Output(0)), tolerance, $"{name} with gradient\n{both}");
            for (int i = 0; i < gradients.Length; i++)
            {
                Values.AssertClose(gradients[i].ToDoubles(), Values.Doubles(both.Output(i + 1)), tolerance, $"{name}, gradient {i}\n{both}");
            }

            // Other weights for the next run, which programs must see.
            foreach (Parameter p in parameters)
            {
                p.SetValues<T>(Values.Random<T>(random, p.Shape).AsSpan<T>());
            }
        }
    }
}
