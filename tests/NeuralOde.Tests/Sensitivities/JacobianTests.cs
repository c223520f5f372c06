using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Sensitivities;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Tests.Sensitivities;

public class JacobianTests
{
    private const int Batch = 3;
    private const int Size = 2;

    [Fact]
    public void Products_and_columns_equal_central_differences()
    {
        CompiledField<double> field = Field();
        double[] z = Normal(1);
        double[] v = Normal(2);
        double[] product = new double[z.Length];
        field.JacobianVectorProduct(0.7, z, v, product);
        Close.To(Differences(field, z, v), product, 1e-9);

        var matrix = new SquareMatrix<double>(z.Length);
        field.Jacobian.Evaluate(0.7, z, matrix);
        for (int j = 0; j < z.Length; j++)
        {
            double[] unit = new double[z.Length];
            unit[j] = 1;
            Close.To(Differences(field, z, unit), [.. Enumerable.Range(0, z.Length).Select(i => matrix[i, j])], 1e-9);
        }
    }

    [Fact]
    public void Rows_of_a_batch_that_do_not_meet_fit_a_band()
    {
        CompiledField<double> field = Field();
        double[] z = Normal(1);
        var dense = new SquareMatrix<double>(z.Length);
        var banded = new SquareMatrix<double>(z.Length, new Bandwidth(Size - 1, Size - 1));
        field.Jacobian.Evaluate(0.7, z, dense);
        field.Jacobian.Evaluate(0.7, z, banded);
        for (int i = 0; i < z.Length; i++)
        {
            for (int j = 0; j < z.Length; j++)
            {
                Assert.Equal(dense[i, j], banded[i, j], 1e-14);
            }
        }
    }

    [Fact]
    public void An_implicit_method_solves_a_stiff_field_with_it()
    {
        // Van der Pol, μ = 1000, to t = 1: differences and the field's own derivative lead to the same solution.
        var van = VectorField.Define((t, z) =>
        {
            (Tensor x, Tensor y) = (z.Slice(-1, 0, 1), z.Slice(-1, 1, 1));
            return Tensor.Concatenate([y, (1000 * (1 - x.Square()) * y) - x], -1);
        });
        var field = new CompiledField<double>(van, [1, 2]);
        var steps = new AdaptiveSteps { RelativeTolerance = 1e-8, AbsoluteTolerance = 1e-10 };
        double[] Solve(OdeProblem<double> problem)
        {
            double[] states = new double[4];
            new Integrator<double>(new Kvaerno5(), steps, 2).Solve(problem, [2, 0], [0, 1], states).ThrowIfFailed();
            return states[2..];
        }

        double[] exact = Solve(new OdeProblem<double>(field) { Jacobian = field.Jacobian });

        // Both are within some hundred times the tolerance.
        Close.To(Solve(new OdeProblem<double>(field)), exact, 1e-6);
    }

    private static CompiledField<double> Field()
    {
        LayerField network = new Mlp(Size + 1, [5], Size, Activation.Tanh, random: new RandomSource(3), dtype: DType.Float64).AsField(TimeInput.Concatenated);
        var field = new CompiledField<double>(
            VectorField.Define((t, z, inputs) => network.Forward(t, z) + (inputs["gain"] * z.Square() * t), network), [Batch, Size], new FieldInput("gain", [Batch, 1]));
        field.SetInputs([1, -2, 0.5]);
        return field;
    }

    private static double[] Differences(CompiledField<double> field, double[] z, double[] v)
    {
        // The error of the central difference is h²·|f‴|/6 and ε·|f|/h: 1e-10 at 1e-5 with numbers of order one.
        const double H = 1e-5;
        double[] At(double shift)
        {
            double[] result = new double[z.Length];
            field.Evaluate(0.7, [.. z.Zip(v, (x, d) => x + (shift * d))], result);
            return result;
        }

        return [.. At(H).Zip(At(-H), (x, y) => (x - y) / (2 * H))];
    }

    private static double[] Normal(long seed) => new RandomSource(seed).Normal([Batch * Size], dtype: DType.Float64).ToDoubles();
}
