namespace NeuralOde.Tensors.Tests.Compilation;

/// <summary>The program that docs/engine.md shows is the one that the compiler makes.</summary>
public class EngineDocumentTests
{
    [Fact]
    public void The_document_shows_the_program_of_its_field()
    {
        Parameter Make(string name, params int[] shape) => new(Tensor.Ones(new Shape(shape), DType.Float32), name);
        (Parameter w1, Parameter b1, Parameter w2, Parameter b2) = (Make("w1", 2, 50), Make("b1", 50), Make("w2", 50, 2), Make("b2", 2));
        Tensor Field(Tensor z) => (z.Cube().MatMul(w1) + b1).Tanh().MatMul(w2) + b2;
        var program = Program<float>.Compile(
            x =>
            {
                Tensor f = Field(x[0]);
                return [f, .. Gradients.VectorJacobianProduct([f], [x[0], w1, b1, w2, b2], [x[1]])];
            },
            new("z", [20, 2]), new("a", [20, 2]));
        Assert.Contains(program.ToString().ReplaceLineEndings("\n"), Document(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_document_shows_a_pair_of_steps()
    {
        var program = Program<float>.Compile(x => [(x[0] * 0.5) - 0.25], new ProgramInput("x", [65_536]));
        Assert.Contains(program.ToString().ReplaceLineEndings("\n"), Document(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_document_shows_a_custom_operation_as_it_is_tested()
    {
        string source = File.ReadAllText(Repository.PathOf("tests/NeuralOde.Tensors.Tests/Tensors/OperationCases.Custom.cs")).ReplaceLineEndings("\n");
        int start = source.IndexOf("sealed class CubeRoot", StringComparison.Ordinal);
        string example = source[start..(source.IndexOf("\n}\n", start, StringComparison.Ordinal) + 3)];
        Assert.Contains("T.Cbrt", example, StringComparison.Ordinal);
        Assert.Contains(example, Document(), StringComparison.Ordinal);
    }

    private static string Document() => File.ReadAllText(Repository.PathOf("docs/engine.md")).ReplaceLineEndings("\n");
}
