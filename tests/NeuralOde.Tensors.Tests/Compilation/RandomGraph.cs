namespace NeuralOde.Tensors.Tests.Compilation;

/// <summary>
/// A random function of tensors, the same for the same seed whether it is called with values or with symbols: its choices
/// depend on shapes only.
/// </summary>
/// <remarks>
/// <i>Whole</i> graphs compute with small whole numbers, which are exact in any order of summation and however operations are
/// fused: results must be equal to the last bit. Magnitudes are tracked, and clipped before they outgrow a float's 24 bits.
/// <i>Smooth</i> graphs use the transcendental operations too and can be differentiated; their values stay near 1.
/// </remarks>
internal sealed class RandomGraph
{
    private const int MostElements = 300;
    private const double MostMagnitude = 1 << 20;
    private readonly int _seed;
    private readonly int _operations;
    private readonly bool _smooth;

    public RandomGraph(int seed, int operations, bool smooth)
    {
        (_seed, _operations, _smooth) = (seed, operations, smooth);
        var random = new Random(seed);
        InputShapes = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => RandomShape(random))];
        ParameterShapes = [.. Enumerable.Range(0, random.Next(0, 4)).Select(_ => random.Next(2) == 0 ? RandomShape(random) : InputShapes[random.Next(InputShapes.Length)])];
        ConstantShapes = [.. Enumerable.Range(0, random.Next(0, 3)).Select(_ => random.Next(2) == 0 ? RandomShape(random) : InputShapes[random.Next(InputShapes.Length)])];
    }

    public Shape[] InputShapes { get; }

    public Shape[] ParameterShapes { get; }

    public Shape[] ConstantShapes { get; }

    /// <summary>Values for a leaf: whole numbers from −3 to 3, or any from −1 to 1.</summary>
    public double[] Leaf(Random random, Shape shape) =>
        [.. Enumerable.Range(0, shape.ElementCount).Select(_ => _smooth ? (2 * random.NextDouble()) - 1 : random.Next(-3, 4))];

    public Tensor[] Build(IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor> parameters, IReadOnlyList<Tensor> constants)
    {
        var random = new Random(_seed + 1);
        List<Value> pool = [.. inputs.Concat(parameters).Concat(constants).Select(x => new Value(x, _smooth ? 1 : 3))];
        int leaves = pool.Count;
        for (int i = 0; i < _operations; i++)
        {
            pool.Add(Clip(_smooth ? NextSmooth(random, pool) : NextWhole(random, pool)));
        }

        // Results anywhere in the graph: leaves, duplicates, views of one another.
        List<Tensor> results = [pool[^1].Tensor];
        for (int i = random.Next(4); i > 0; i--)
        {
            Tensor result = random.Next(4) == 0 ? pool[random.Next(leaves)].Tensor : Pick(random, pool).Tensor;
            results.Add(random.Next(4) switch
            {
                0 => result.Flatten(),
                1 => results[random.Next(results.Count)].Unsqueeze(0),
                _ => result,
            });
        }

        return [.. results];
    }

    private static Shape RandomShape(Random random)
    {
        int[] choices = [1, 2, 3, 4, 5, 7, 9, 17];
        int[] lengths = [.. Enumerable.Range(0, random.Next(0, 4)).Select(_ => choices[random.Next(choices.Length)])];
        var shape = new Shape(lengths);
        return shape.ElementCount <= MostElements / 2 ? shape : shape.Slice(1..);
    }

    private static Value Pick(Random random, List<Value> pool) =>
        random.Next(2) == 0 ? pool[pool.Count - 1 - random.Next(Math.Min(3, pool.Count))] : pool[random.Next(pool.Count)];

    private static bool TryBroadcast(Shape x, Shape y, out Shape shape)
    {
        shape = default;
        for (int i = 1; i <= Math.Min(x.Rank, y.Rank); i++)
        {
            if (x[-i] != y[-i] && x[-i] != 1 && y[-i] != 1)
            {
                return false;
            }
        }

        shape = Shape.Broadcast(x, y);
        return shape.ElementCount <= MostElements;
    }

    /// <summary>Another value that broadcasts with the given one, or one made of it that does.</summary>
    private static Value Partner(Random random, List<Value> pool, Value x)
    {
        for (int attempt = 0; attempt < 6; attempt++)
        {
            Value y = Pick(random, pool);
            if (TryBroadcast(x.Tensor.Shape, y.Tensor.Shape, out _))
            {
                return y;
            }

            if (y.Tensor.ElementCount == x.Tensor.ElementCount)
            {
                return y with { Tensor = y.Tensor.Reshape(x.Tensor.Shape) };
            }
        }

        return x with { Tensor = x.Tensor.Rank > 0 && random.Next(2) == 0 ? x.Tensor.Slice(0, 0, 1) : -x.Tensor };
    }

    private static Shape RandomFactors(Random random, int count)
    {
        List<int> lengths = [];
        while (count > 1)
        {
            int[] divisors = [.. Enumerable.Range(1, count).Where(d => count % d == 0)];
            int d = divisors[random.Next(divisors.Length)];
            lengths.Add(d);
            count /= d;
            if (lengths.Count == 3)
            {
                lengths.Add(count);
                break;
            }
        }

        return new Shape([.. lengths]);
    }

    private static Value Rearranged(Random random, List<Value> pool, Value x)
    {
        Tensor t = x.Tensor;
        int axis = t.Rank == 0 ? 0 : random.Next(t.Rank);
        switch (random.Next(10))
        {
            case 0:
                return x with { Tensor = t.Reshape(RandomFactors(random, t.ElementCount)) };
            case 1:
                return x with { Tensor = t.Unsqueeze(random.Next(t.Rank + 1)) };
            case 2 when t.Rank >= 2:
                return x with { Tensor = t.Transpose() };
            case 3 when t.Rank >= 2:
                {
                    int[] order = [.. Enumerable.Range(0, t.Rank)];
                    random.Shuffle(order);
                    return x with { Tensor = t.Transpose(order) };
                }

            case 4 when t.Rank >= 1:
                {
                    int start = random.Next(t.Shape[axis]);
                    return x with { Tensor = t.Slice(axis, start, 1 + random.Next(t.Shape[axis] - start)) };
                }

            case 5 when t.Rank >= 1:
                return x with { Tensor = t.Select(axis, random.Next(t.Shape[axis])) };
            case 6 when t.Rank >= 1 && t.ElementCount <= MostElements / 2:
                {
                    Value y = pool.Find(v => v.Tensor.Shape == t.Shape) ?? x;
                    return new(Tensor.Concatenate([t, y.Tensor.Slice(axis, 0, 1 + random.Next(t.Shape[axis]))], axis), Math.Max(x.Magnitude, y.Magnitude));
                }

            case 7 when t.ElementCount <= MostElements / 2:
                {
                    Value y = pool.FindLast(v => v.Tensor.Shape == t.Shape) ?? x;
                    return new(Tensor.Stack([t, y.Tensor], random.Next(t.Rank + 1)), Math.Max(x.Magnitude, y.Magnitude));
                }

            case 8 when t.ElementCount <= MostElements / 3:
                return x with { Tensor = t.BroadcastTo(new Shape([random.Next(1, 4), .. t.Shape])) };
            default:
                return x with { Tensor = t.Flatten() };
        }
    }

    private static Value Product(Random random, List<Value> pool, Value x)
    {
        Tensor left = x.Tensor.Rank >= 2 ? x.Tensor : x.Tensor.Reshape(random.Next(2) == 0 ? [1, x.Tensor.ElementCount] : [x.Tensor.ElementCount, 1]);
        Value? y = pool.FindLast(v => v.Tensor.Rank == 2 && v.Tensor.Shape[0] == left.Shape[-1]);
        Value? z = pool.FindLast(v => v.Tensor.Rank == 2 && v.Tensor.Shape[1] == left.Shape[-1]);
        Value right = random.Next(3) switch
        {
            0 when y is not null => y,
            1 when z is not null => z with { Tensor = z.Tensor.Transpose() },
            _ => x with { Tensor = left.Transpose() },
        };
        Tensor product = left.Shape.Slice(..^1).ElementCount * right.Tensor.Shape[-1] <= MostElements ? left.MatMul(right.Tensor) : left;
        Value result = new(product, Math.Max(x.Magnitude, left.Shape[-1] * x.Magnitude * right.Magnitude));

        // Often what a layer does: a bias and an activation.
        Value? bias = pool.FindLast(v => v.Tensor.ElementCount == product.Shape[-1] && v.Tensor.Rank > 0 && v.Tensor.Shape[-1] == product.Shape[-1]);
        return bias is not null && random.Next(3) > 0
            ? new(random.Next(2) == 0 ? product + bias.Tensor : bias.Tensor + product, result.Magnitude + bias.Magnitude)
            : result;
    }

    private static Value Reduced(Random random, Value x)
    {
        int[] axes = [.. Enumerable.Range(0, x.Tensor.Rank).Where(_ => random.Next(2) == 0)];
        bool keep = random.Next(2) == 0;
        return random.Next(3) == 0 ? x with { Tensor = x.Tensor.Max(axes, keep) } : new(x.Tensor.Sum(axes, keep), x.Magnitude * x.Tensor.ElementCount);
    }

    private static Value NextWhole(Random random, List<Value> pool)
    {
        Value x = Pick(random, pool);
        (Tensor t, double m) = (x.Tensor, x.Magnitude);
        switch (random.Next(20))
        {
            case < 5:
                return random.Next(9) switch
                {
                    0 => x with { Tensor = -t },
                    1 => x with { Tensor = t.Abs() },
                    2 => new(t.Sign(), 1),
                    3 => new(t.Step(), 1),
                    4 when m < 1000 => new(t.Square(), m * m),
                    5 when m < 100 => new(t.Cube(), m * m * m),
                    6 => x with { Tensor = t.Detach() },
                    _ => x with { Tensor = t.Relu() },
                };
            case < 10:
                {
                    Value y = Partner(random, pool, x);
                    double both = m + y.Magnitude;
                    return random.Next(10) switch
                    {
                        0 => new(t + y.Tensor, both),
                        1 => new(y.Tensor + -t, both),
                        2 => new(t - y.Tensor, both),
                        3 => new(t - -y.Tensor, both),
                        4 when m * y.Magnitude < MostMagnitude => new(t * y.Tensor, m * y.Magnitude),
                        5 => new(Tensor.Maximum(t, y.Tensor), both),
                        6 => new(Tensor.Minimum(t, y.Tensor), both),
                        7 => new(t.Greater(y.Tensor), 1),
                        8 => new(t.EqualTo(y.Tensor), 1),
                        _ => new(t.Less(y.Tensor) + t.GreaterOrEqual(y.Tensor.Sign()), 2),
                    };
                }

            case 10:
                {
                    Value y = Partner(random, pool, x);
                    return new(Tensor.Where(t.Step(), y.Tensor, t), m + y.Magnitude);
                }

            case 11:
                return random.Next(8) switch
                {
                    0 => x with { Tensor = t * 1.0 },
                    1 => x with { Tensor = -1.0 * t },
                    2 => x with { Tensor = t / 1.0 },
                    3 => x with { Tensor = t - 0.0 },
                    4 => x with { Tensor = t * 0.0 },
                    5 => new(3.0 - t, m + 3),
                    6 => new(t + 2.0, m + 2),
                    _ => x with { Tensor = -(-t) },
                };
            case < 15:
                return Rearranged(random, pool, x);
            case < 17:
                return m < 100 ? Product(random, pool, x) : x with { Tensor = t.Relu() };
            case 17:
                return m < 1000 ? Reduced(random, x) : new(t.Sign(), 1);
            default:
                // A chain of element-wise operations, each of which may take its input's place.
                return new(Tensor.Maximum((t - 1.0).Abs() - 2.0, -t), (2 * m) + 3);
        }
    }

    private static Value NextSmooth(Random random, List<Value> pool)
    {
        Value x = Pick(random, pool);
        (Tensor t, double m) = (x.Tensor, x.Magnitude);
        switch (random.Next(20))
        {
            case < 7:
                return random.Next(12) switch
                {
                    0 => new(t.Tanh(), 1),
                    1 => new(t.Sigmoid(), 1),
                    2 => new(t.Softplus(), m + 1),
                    3 => new(t.Sin(), 1),
                    4 => new(t.Cos(), 1),
                    5 => x with { Tensor = t.Elu() },
                    6 => new(t.Tanh().Exp(), 3),
                    7 => new((t.Square() + 1.0).Log(), m),
                    8 => new((t.Square() + 1.0).Sqrt().Reciprocal(), 1),
                    9 => new(t.Tanh().Cube(), 1),
                    10 => new(t.Sin().Expm1(), 2),
                    _ => x with { Tensor = -t },
                };
            case < 12:
                {
                    Value y = Partner(random, pool, x);
                    double both = m + y.Magnitude;
                    return random.Next(5) switch
                    {
                        0 => new(t + y.Tensor, both),
                        1 => new(t - y.Tensor, both),
                        2 => new(t * y.Tensor, m * y.Magnitude),
                        3 => new(t / (y.Tensor.Square() + 1.0), m),
                        _ => new(y.Tensor + -(t * 0.5), both),
                    };
                }

            case < 15:
                return Rearranged(random, pool, x);
            case < 17:
                {
                    Value y = Product(random, pool, x);
                    return random.Next(3) switch
                    {
                        0 => new(y.Tensor.Tanh(), 1),
                        1 => new(y.Tensor.Sigmoid(), 1),
                        _ => y,
                    };
                }

            case 17:
                return new(t.Sum([.. Enumerable.Range(0, t.Rank).Where(_ => random.Next(2) == 0)], keepAxes: random.Next(2) == 0), m * t.ElementCount);
            default:
                return t.Rank == 0 ? new(t.Sin(), 1) : random.Next(2) == 0 ? new(t.SoftMax(random.Next(t.Rank)), 1) : new(t.LogSumExp(random.Next(t.Rank)), m + 6);
        }
    }

    private Value Clip(Value x) => (_smooth, x.Magnitude) switch
    {
        (true, > 8) => new(x.Tensor.Tanh(), 1),
        (false, > MostMagnitude) => new(Tensor.Minimum(Tensor.Maximum(x.Tensor, Tensor.Scalar(-3, x.Tensor.DType)), Tensor.Scalar(3, x.Tensor.DType)), 3),
        _ => x,
    };

    /// <summary>A tensor and a bound on its elements.</summary>
    private sealed record Value(Tensor Tensor, double Magnitude);
}
