using System.Numerics;

namespace NeuralOde.Tensors.Tests.Compilation;

/// <summary>A program's memory is allocated when it is compiled; running it allocates nothing.</summary>
public class AllocationTests
{
    public static TheoryData<string> Operations => OperationCases.Names;

    public static TheoryData<string> Fields => FieldCases.Names;

    [Theory]
    [MemberData(nameof(Fields))]
    public void Running_a_field_and_its_gradient_allocates_nothing(string name)
    {
        Check<float>();
        Check<double>();

        void Check<T>()
            where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            (Shape state, Parameter[] parameters, Func<Tensor, Tensor, Tensor> field) = FieldCases.Make<T>(name);
            var program = Program<T>.Compile(
                x =>
                {
                    Tensor f = field(x[0], x[1]);
                    return [f, .. Gradients.VectorJacobianProduct([f], [x[0], x[1], .. parameters], [x[2]])];
                },
                new("t", []), new("z", state), new("a", state));
            AssertNoAllocation(program);
        }
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public void Running_an_operation_allocates_nothing(string name)
    {
        OperationCase operation = OperationCases.Get(name);
        AssertNoAllocation(Program<double>.Compile(x => [operation.Apply(x)], [.. operation.Inputs.Select((s, i) => new ProgramInput($"x{i}", new Shape(s)))]));
    }

    [Fact]
    public void Computing_again_what_depends_on_parameters_allocates_nothing()
    {
        var p = new Parameter(Values.Random<double>(new Random(18), [4, 4]), "p");
        var program = Program<double>.Compile(x => [x[0].MatMul(p.Exp().Tanh())], new ProgramInput("x", [4, 4]));
        double[] values = p.ToDoubles();
        Assert.Equal(0, Allocation.InSteadyState(() =>
        {
            p.SetValues<double>(values);
            program.Run();
        }));
    }

    private static void AssertNoAllocation<T>(Program<T> program)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Assert.True(Allocation.InSteadyState(program.Run) == 0, $"{Allocation.InSteadyState(program.Run)} bytes:\n{program}");
}
