using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Sensitivities;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Tests.Sensitivities;

/// <summary>Which fields are seen to keep the rows of a batch apart, and what that gives.</summary>
public class BlockJacobianTests
{
    public static TheoryData<string, int?> Fields => new()
    {
        { "network", 2 },
        { "elementwise", 2 },
        { "product of parts", 2 },
        { "row mean", 2 },
        { "softmax", 2 },
        { "reshaped", 2 },
        { "input", 2 },
        { "stacked matrices", 2 },
        { "detached mean", 2 },
        { "mean", null },
        { "turned", null },
        { "rows exchanged", null },
        { "first row", null },
        { "gathered", null },
        { "product from the left", null },
        { "batch normalization", null },
    };

    [Theory]
    [MemberData(nameof(Fields))]
    public void Rows_are_apart_where_the_operations_say_so(string name, int? blockLength)
    {
        VectorField field = Field(name);
        FieldInput[] inputs = name == "input" ? [new FieldInput("u", [4, 2])] : [];
        var compiled = new CompiledField<double>(field, [4, 2], inputs);
        compiled.SetInputs(new double[compiled.InputLength]);
        Assert.Equal(blockLength, compiled.JacobianBlockLength);
        if (blockLength is not null)
        {
            // All of the Jacobian: what is outside of the blocks is zero indeed.
            var whole = new SquareMatrix<double>(8);
            compiled.Jacobian.Evaluate(0.3, new RandomSource(4).Normal([8], dtype: DType.Float64).ToDoubles(), whole);
            for (int i = 0; i < 8; i++)
            {
                for (int j = 0; j < 8; j++)
                {
                    Assert.True(i / 2 == j / 2 || whole[i, j] == 0, $"{i}, {j}");
                }
            }
        }
    }

    [Fact]
    public void One_row_is_no_batch_and_the_components_of_a_vector_are_rows()
    {
        Assert.Null(new CompiledField<double>(VectorField.Define(static (_, z) => -z), [1, 3]).JacobianBlockLength);
        Assert.Equal(1, new CompiledField<double>(VectorField.Define(static (_, z) => -z), [3]).JacobianBlockLength);
    }

    [Theory]
    [InlineData("kvaerno5")]
    [InlineData("radau5")]
    [InlineData("bdf")]
    [InlineData("rodas5p")]
    public void Batch_has_the_solutions_of_its_rows(string solver)
    {
        Mlp network = new(2, [8], 2, Activation.Tanh, new RandomSource(3), DType.Float64);
        var block = new OdeBlock(network.AsField()) { Solver = OdeSolver.Parse(solver), Steps = new AdaptiveSteps { RelativeTolerance = 1e-8, AbsoluteTolerance = 1e-8 } };
        Tensor z0 = new RandomSource(5).Normal([16, 2], dtype: DType.Float64), times = Tensor.From([0.0, 1]);
        double[] batch = block.Forward(z0, times).Slice(0, 1, 1).ToDoubles();
        for (int row = 0; row < 16; row++)
        {
            double[] alone = block.Forward(z0.Slice(0, row, 1), times).Slice(0, 1, 1).ToDoubles();

            // A hundred tolerances of a solution of that size, on both sides.
            Assert.All(alone.Zip(batch[(2 * row)..]), static pair => Assert.Equal(pair.First, pair.Second, 2e-6 * Math.Max(1, Math.Abs(pair.First))));
        }
    }

    private static VectorField Field(string name)
    {
        Mlp network = new(3, [5], 2, Activation.Tanh, new RandomSource(2), DType.Float64);
        Tensor matrix = new RandomSource(6).Normal([4, 4], dtype: DType.Float64), stack = new RandomSource(7).Normal([4, 2, 2], dtype: DType.Float64);
        return name switch
        {
            "network" => network.AsField(TimeInput.Concatenated),
            "elementwise" => VectorField.Define(static (t, z) => (z * t.Cos()).Tanh() - (2 * z)),
            "product of parts" => VectorField.Define(static (_, z) => Tensor.Concatenate([z.Slice(1, 1, 1), z.Slice(1, 0, 1) * z.Slice(1, 1, 1)], -1)),
            "row mean" => VectorField.Define(static (_, z) => z - z.Mean([-1], keepAxes: true)),
            "softmax" => VectorField.Define(static (_, z) => z.SoftMax(-1)),
            "reshaped" => VectorField.Define(static (_, z) => z.Reshape([4, 1, 2]).Tanh().Reshape([4, 2])),
            "input" => VectorField.Define(static (_, z, inputs) => z * inputs["u"]),
            "stacked matrices" => VectorField.Define((_, z) => z.Reshape([4, 1, 2]).MatMul(stack).Reshape([4, 2])),
            "detached mean" => VectorField.Define(static (_, z) => z * z.Detach().Mean()),
            "mean" => VectorField.Define(static (_, z) => z - z.Mean()),
            "turned" => VectorField.Define(static (_, z) => z.Transpose([1, 0]).Reshape([4, 2])),
            "rows exchanged" => VectorField.Define(static (_, z) => Tensor.Concatenate([z.Slice(0, 2, 2), z.Slice(0, 0, 2)], 0)),
            "first row" => VectorField.Define(static (_, z) => z + z.Slice(0, 0, 1)),
            "gathered" => VectorField.Define(static (_, z) => z.Gather([3, 2, 1, 0])),
            "product from the left" => VectorField.Define((_, z) => matrix.MatMul(z)),
            "batch normalization" => new BatchNorm(2, dtype: DType.Float64).AsField(),
            _ => throw new ArgumentException(name),
        };
    }
}
