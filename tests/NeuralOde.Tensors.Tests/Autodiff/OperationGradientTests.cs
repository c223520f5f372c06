namespace NeuralOde.Tensors.Tests.Autodiff;

/// <summary>The gradient of every operation, and the gradient of that, against finite differences.</summary>
public class OperationGradientTests
{
    public static TheoryData<string> Cases => OperationCases.Names;

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradient_equals_finite_difference_of_value(string name)
    {
        OperationCase operation = OperationCases.Get(name);
        double[][] at = operation.Sample(2);
        double[] weights = Weights(operation, at);
        Tensor[] leaves = operation.Tensors<double>(at, requiresGradient: true);
        Tensor[] gradients = Gradients.Of(Loss(operation, leaves, weights), leaves);
        AssertShapes(leaves, gradients);
        if (operation.StopsGradient)
        {
            return;
        }

        FiniteDifference.AssertGradient(
            values => Loss(operation, operation.Tensors<double>(values), weights).ToScalar(), at, Doubles(gradients), Magnitude(operation, at, weights), name);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradient_of_gradient_equals_finite_difference_of_gradient(string name)
    {
        OperationCase operation = OperationCases.Get(name);
        if (operation.StopsGradient)
        {
            return;
        }

        double[][] at = operation.Sample(3);
        double[] weights = Weights(operation, at);
        var random = new Random(4);
        double[][] direction = [.. at.Select(x => Values.Random(random, x.Length))];

        // The scalar v·∇L, whose gradient is the Hessian-vector product H·v.
        Tensor Directional(Tensor[] leaves)
        {
            Tensor[] gradients = Gradients.Of(Loss(operation, leaves, weights), leaves, createGraph: true);
            return gradients.Select((g, i) => (g * Tensor.From(direction[i], g.Shape)).Sum()).Aggregate((x, y) => x + y);
        }

        Tensor[] leaves = operation.Tensors<double>(at, requiresGradient: true);
        Tensor directional = Directional(leaves);
        Tensor[] second = Gradients.Of(directional, leaves);
        AssertShapes(leaves, second);
        double magnitude = Gradients.Of(Loss(operation, leaves, weights), leaves)
            .Select((g, i) => g.ToDoubles().Zip(direction[i], (p, q) => Math.Abs(p * q)).Sum()).Sum() + Magnitude(operation, at, weights);
        FiniteDifference.AssertGradient(
            values => Directional(operation.Tensors<double>(values, requiresGradient: true)).ToScalar(), at, Doubles(second), magnitude, name);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradient_in_float_equals_gradient_in_double(string name)
    {
        OperationCase operation = OperationCases.Get(name);
        double[][] at = operation.Sample(5);
        double[] weights = Weights(operation, at);
        double[][] Gradient<T>()
            where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
        {
            Tensor[] leaves = operation.Tensors<T>(at, requiresGradient: true);
            Tensor y = operation.Apply(leaves);
            return Doubles(Gradients.VectorJacobianProduct([y], leaves, [Values.Tensor<T>(weights, y.Shape)]));
        }

        double[][] single = Gradient<float>();
        double[][] expected = Gradient<double>();
        for (int i = 0; i < expected.Length; i++)
        {
            // A rule chains at most about ten operations of a few ulp, on sums of up to 24 terms.
            Values.AssertClose(expected[i], single[i], 64 * Values.Epsilon<float>(), $"{name}, input {i}");
        }
    }

    private static double[] Weights(OperationCase operation, double[][] at)
    {
        var random = new Random(6);
        int count = operation.Apply(operation.Tensors<double>(at)).ElementCount;
        return [.. Enumerable.Range(0, count).Select(_ => (double)(float)(random.NextDouble() + 0.5))];
    }

    private static Tensor Loss(OperationCase operation, Tensor[] inputs, double[] weights)
    {
        Tensor y = operation.Apply(inputs);
        return (y * Tensor.From(weights, y.Shape)).Sum();
    }

    private static double Magnitude(OperationCase operation, double[][] at, double[] weights)
    {
        double inputs = at.Sum(x => x.Sum(Math.Abs));
        return 1 + inputs + operation.Apply(operation.Tensors<double>(at)).ToDoubles().Zip(weights, (p, q) => Math.Abs(p * q)).Sum();
    }

    private static double[][] Doubles(Tensor[] tensors) => Array.ConvertAll(tensors, static x => x.ToDoubles());

    private static void AssertShapes(Tensor[] inputs, Tensor[] gradients)
    {
        for (int i = 0; i < inputs.Length; i++)
        {
            Assert.Equal(inputs[i].Shape, gradients[i].Shape);
            Assert.Equal(inputs[i].DType, gradients[i].DType);
        }
    }
}
