using System.Numerics;

namespace NeuralOde.Tensors.Tests.Compilation;

/// <summary>Vector fields <c>(t, z) ↦ dz/dt</c> as users write them, with their parameters.</summary>
internal static class FieldCases
{
    private static readonly Dictionary<string, Func<Tensor, Tensor>> s_activations = new()
    {
        ["tanh"] = x => x.Tanh(),
        ["sigmoid"] = x => x.Sigmoid(),
        ["elu"] = x => x.Elu(),
        ["selu"] = x => x.Selu(),
        ["relu"] = x => x.Relu(),
        ["softplus"] = x => x.Softplus(),
        ["sin"] = x => x.Sin(),
        ["cos"] = x => x.Cos(),
        ["silu"] = x => x * x.Sigmoid(),
        ["identity"] = x => x,
    };

    public static TheoryData<string> Names =>
    [
        .. s_activations.Keys.Select(a => $"mlp {a}"), "linear", "cubic", "mixture", "attention", "pieces", "stacks", "clipped", "largest", "vector state", "stack state",
        "time concatenated", "time scaled", "three layers", "shared weights", "rational", "scalar parameters", "batch of one",
    ];

    public static (Shape State, Parameter[] Parameters, Func<Tensor, Tensor, Tensor> Field) Make<T>(string name)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var random = new Random(12);
        List<Parameter> parameters = [];
        Parameter P(params int[] shape)
        {
            Parameter parameter = Values.Parameter<T>(random, new Shape(shape), $"p{parameters.Count}");
            parameters.Add(parameter);
            return parameter;
        }

        (int[] state, Func<Tensor, Tensor, Tensor> field) = Build(name, P);
        return (new Shape(state), [.. parameters], field);
    }

    private static (int[] State, Func<Tensor, Tensor, Tensor> Field) Build(string name, Func<int[], Parameter> parameter)
    {
        Parameter P(params int[] shape) => parameter(shape);
        if (name.StartsWith("mlp ", StringComparison.Ordinal))
        {
            Func<Tensor, Tensor> activation = s_activations[name[4..]];
            Parameter[] p = [P(3, 17), P(17), P(17, 3), P(3)];
            return ([5, 3], (_, z) => activation(z.MatMul(p[0]) + p[1]).MatMul(p[2]) + p[3]);
        }

        switch (name)
        {
            case "linear":
                {
                    Parameter a = P(2, 2);
                    return ([6, 2], (_, z) => z.MatMul(a.Transpose()));
                }

            case "cubic":
                {
                    Parameter a = P(2, 2);
                    return ([6, 2], (_, y) => y.Pow(3).MatMul(a));
                }

            case "mixture":
                {
                    Parameter[] p = [P(3, 4), P(4), P(4, 3)];
                    return ([5, 3], (_, z) => (z.MatMul(p[0]) + p[1]).SoftMax().MatMul(p[2]) * z.LogSumExp().Unsqueeze(-1));
                }

            case "attention":
                {
                    Parameter[] p = [P(3, 2), P(3, 2), P(3, 3)];
                    return ([2, 4, 3], (_, z) => z.MatMul(p[0]).MatMul(z.MatMul(p[1]).Transpose()).SoftMax(1).MatMul(z.MatMul(p[2])));
                }

            case "pieces":
                {
                    Parameter a = P(2, 2);
                    return ([5, 4], (_, z) =>
                    {
                        Tensor q = z.Slice(1, ..2);
                        Tensor v = z.Slice(1, 2..);
                        return Tensor.Concatenate([v, -q.Sin().MatMul(a) - (0.1 * v)], 1);
                    }
                    );
                }

            case "stacks":
                return ([5, 2], (_, z) =>
                {
                    Tensor x = z.Select(1, 0);
                    Tensor y = z.Select(1, 1);
                    return Tensor.Stack([y, (y * (1.0 - x.Square())) - x], -1);
                }
                );
            case "clipped":
                {
                    Parameter a = P(3);
                    return ([4, 3], (t, z) => Tensor.Where(z.Greater(a), Tensor.Minimum(z, a * 2.0), Tensor.Maximum(-z, a + t)).Abs());
                }

            case "largest":
                return ([4, 3], (_, z) => z - z.Max([1], keepAxes: true) + (z.Max() * z.Mean([0])));
            case "vector state":
                {
                    Parameter[] p = [P(3, 5), P(5), P(5, 3)];
                    return ([3], (_, z) => (z.MatMul(p[0]) + p[1]).Tanh().MatMul(p[2]));
                }

            case "stack state":
                {
                    Parameter[] p = [P(3, 5), P(5), P(5, 3), P(3)];
                    return ([2, 4, 3], (_, z) => (z.MatMul(p[0]) + p[1]).Tanh().MatMul(p[2]) + p[3]);
                }

            case "time concatenated":
                {
                    Parameter[] p = [P(4, 6), P(6), P(6, 3)];
                    return ([5, 3], (t, z) => (Tensor.Concatenate([z, t.BroadcastTo([5, 1])], 1).MatMul(p[0]) + p[1]).Tanh().MatMul(p[2]));
                }

            case "time scaled":
                {
                    Parameter a = P(3, 3);
                    return ([5, 3], (t, z) => (z * (-t).Exp()).MatMul(a) + (t * 2.0).Cos());
                }

            case "three layers":
                {
                    Parameter[] p = [P(2, 8), P(8), P(8, 8), P(8), P(8, 2), P(2)];
                    return ([7, 2], (_, z) => ((z.MatMul(p[0]) + p[1]).Elu().MatMul(p[2]) + p[3]).Elu().MatMul(p[4]) + p[5]);
                }

            case "shared weights":
                {
                    Parameter[] p = [P(4, 4), P(4)];
                    return ([3, 4], (_, z) => ((z.MatMul(p[0]) + p[1]).Tanh().MatMul(p[0].Transpose()) + p[1]).Tanh().MatMul(p[0] * 0.5));
                }

            case "rational":
                {
                    Parameter[] p = [P(3), P(3)];
                    return ([4, 3], (_, z) => z * p[0].Exp() / (1.0 + z.Square() + p[1].Softplus()).Sqrt());
                }

            case "scalar parameters":
                {
                    Parameter[] p = [P(), P(1)];
                    return ([4, 2], (t, z) => (z * p[0]) + (p[1] * p[0] * t));
                }

            case "batch of one":
                {
                    Parameter[] p = [P(1, 9), P(1, 9), P(9, 1)];
                    return ([1, 1], (_, z) => (z.MatMul(p[0]) + p[1]).Tanh().MatMul(p[2]));
                }

            default:
                throw new ArgumentException($"There is no field '{name}'.");
        }
    }
}
