using System.Globalization;

namespace NeuralOde.Tensors.Tests;

/// <summary>Making tensors, reading them, and saying what is wrong.</summary>
public class TensorTests
{
    [Fact]
    public void From_copies_the_values()
    {
        double[] values = [1, 2, 3, 4];
        var x = Tensor.From(values, [2, 2]);
        values[0] = 9;
        Assert.Equal([1.0, 2, 3, 4], x.ToArray<double>());
        Assert.Equal(DType.Float64, x.DType);
        Assert.Equal(DType.Float32, Tensor.From(1f, 2f).DType);
    }

    [Fact]
    public void A_matrix_keeps_its_rows()
    {
        var x = Tensor.From(new[,] { { 1.0, 2, 3 }, { 4, 5, 6 } });
        Assert.Equal([2, 3], x.Shape);
        Assert.Equal([1.0, 2, 3, 4, 5, 6], x.ToDoubles());
        Assert.Equal(6, x[1, 2]);
        Assert.Equal(5, x[-1, -2]);
    }

    [Fact]
    public void Filled_tensors_have_one_value()
    {
        Assert.Equal([1.0, 1], Tensor.Ones([2], DType.Float64).ToDoubles());
        Assert.Equal([0.0, 0], Tensor.Zeros([2]).ToDoubles());
        Assert.Equal(DType.Float32, Tensor.Zeros([2]).DType);
        Assert.Equal(2.5, Tensor.Scalar(2.5).ToScalar());
        Assert.Equal(Shape.Scalar, Tensor.Scalar(1).Shape);
    }

    [Fact]
    public void Conversion_rounds_to_nearest_and_keeps_the_shape()
    {
        var x = Tensor.From([0.1, 0.2], [2, 1]);
        Assert.Equal([0.1f, 0.2f], x.ToSingle().ToArray<float>());
        Assert.Equal([(double)0.1f, 0.2f], x.ToSingle().ToDouble().ToArray<double>());
        Assert.Equal(x.Shape, x.ToSingle().Shape);
        Assert.Same(x, x.ToDouble());
    }

    [Fact]
    public void Text_is_independent_of_the_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            comma.NumberFormat.NumberDecimalSeparator = ",";
            CultureInfo.CurrentCulture = comma;
            Assert.Equal("double [2] { 1.5, -2 }", Tensor.From(1.5, -2.0).ToString());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Text_of_a_long_tensor_ends_in_an_ellipsis() => Assert.EndsWith(", … }", Tensor.Zeros([11]).ToString());

    [Fact]
    public void Wrong_numbers_of_values_or_indices_are_refused_with_both_numbers()
    {
        Assert.Contains("takes 6 values, not 5", Assert.Throws<ArgumentException>(() => Tensor.From(new double[5], [2, 3])).Message);
        var x = Tensor.Zeros([2, 3]);
        Assert.Contains("takes 2 indices, not 1", Assert.Throws<ArgumentException>(() => x[1]).Message);
        Assert.Contains("0 to 2", Assert.Throws<ArgumentOutOfRangeException>(() => x[1, 3]).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => x[-3, 0]);
        Assert.Contains("[2, 3]", Assert.Throws<InvalidOperationException>(() => x.ToScalar()).Message);
    }

    [Fact]
    public void Reading_the_other_element_type_says_how_to_convert()
    {
        Assert.Contains("ToSingle()", Assert.Throws<InvalidOperationException>(() => Tensor.From(1.0).AsSpan<float>()).Message);
        Assert.Contains("ToDouble()", Assert.Throws<InvalidOperationException>(() => Tensor.From(1f).ToArray<double>()).Message);
        Assert.Throws<NotSupportedException>(() => Tensor.From([(Half)1], [1]));
    }

    [Fact]
    public void Mixed_element_types_are_refused_by_every_operation_of_several_tensors()
    {
        (Tensor x, Tensor y) = (Tensor.Ones([2, 2]), Tensor.Ones([2, 2], DType.Float64));
        Func<Tensor>[] mixtures =
        [
            () => x + y, () => x - y, () => x * y, () => x / y, () => Tensor.Maximum(x, y), () => Tensor.Minimum(x, y), () => Tensor.Power(x, y), () => x.Greater(y),
            () => x.GreaterOrEqual(y), () => x.Less(y), () => x.EqualTo(y), () => Tensor.Where(x, y, y), () => Tensor.Where(x, x, y),
            () => x.MatMul(y), () => Tensor.Concatenate([x, y]), () => Tensor.Stack([y, x]),
        ];
        foreach (Func<Tensor> mixture in mixtures)
        {
            Assert.Contains("ToSingle() or ToDouble()", Assert.Throws<ArgumentException>(mixture).Message);
        }
    }

    [Fact]
    public void Mismatched_shapes_are_refused_with_both_shapes()
    {
        var x = Tensor.Ones([2, 3]);
        foreach (Func<Tensor> operation in new Func<Tensor>[]
        {
            () => x + Tensor.Ones([2]), () => Tensor.Where(x, x, Tensor.Ones([4])), () => x.BroadcastTo([2, 4]), () => x.BroadcastTo([3]),
            () => x.BroadcastTo([1, 3]), () => x.Reshape([4]),
            () => x.MatMul(x), () => x.MatMul(Tensor.Ones([2])), () => x.MatMul(Tensor.Ones([2, 2, 3])),
            () => Tensor.Ones([2, 2, 3]).MatMul(Tensor.Ones([3, 3, 2])), () => Tensor.Concatenate([x, Tensor.Ones([2, 2])]),
            () => Tensor.Concatenate([x, Tensor.Ones([6])]), () => Tensor.Stack([x, Tensor.Ones([3, 2])]), () => x.SumTo([2]), () => x.SumTo([3, 2]),
            () => x.SumTo([6]), () => x.SumTo([1, 2, 3]),
        })
        {
            string text = Assert.ThrowsAny<ArgumentException>(operation).Message;
            Assert.Contains("[", text);
        }

        Assert.Contains("[2, 3] has 6 elements and [4] has 4", Assert.Throws<ArgumentException>(() => x.Reshape([4])).Message);
        Assert.Contains("the left has 3 columns and the right 2 rows", Assert.Throws<ArgumentException>(() => x.MatMul(x)).Message);
        Assert.Contains("Use *", Assert.Throws<ArgumentException>(() => x.MatMul(Tensor.Scalar(2))).Message);
        Assert.Contains("would shrink", Assert.Throws<ArgumentException>(() => x.BroadcastTo([3])).Message);
    }

    [Fact]
    public void Wrong_axes_are_refused()
    {
        var x = Tensor.Ones([2, 3]);
        Assert.Contains("named twice", Assert.Throws<ArgumentException>(() => x.Sum([0, 0])).Message);
        Assert.Contains("named twice", Assert.Throws<ArgumentException>(() => x.Max([1, -1])).Message);
        Assert.Contains("named twice", Assert.Throws<ArgumentException>(() => x.Mean([-2, 0])).Message);
        foreach (Func<Tensor> operation in new Func<Tensor>[]
        {
            () => x.Sum([2]), () => x.Max([-3]), () => x.SoftMax(2), () => x.LogSumExp(-3), () => x.Select(2, 0),
            () => x.Slice(2, 0, 1), () => Tensor.Concatenate([x, x], 2), () => Tensor.Concatenate([x], 2),
            () => x.Unsqueeze(3), () => x.Unsqueeze(-4), () => Tensor.Stack([x], 3), () => Tensor.Scalar(1).SoftMax(), () => Tensor.Scalar(1).LogSumExp(),
        })
        {
            Assert.Throws<ArgumentOutOfRangeException>(operation);
        }

        Assert.Contains("from -3 to 2", Assert.Throws<ArgumentOutOfRangeException>(() => x.Unsqueeze(-5)).Message);
        Assert.Contains("no permutation", Assert.Throws<ArgumentException>(() => x.Transpose([0, 0])).Message);
        Assert.Contains("no permutation", Assert.Throws<ArgumentException>(() => x.Transpose([0])).Message);
        Assert.Contains("no two axes", Assert.Throws<InvalidOperationException>(() => Tensor.Ones([3]).Transpose()).Message);
    }

    [Fact]
    public void Ranges_outside_an_axis_are_refused()
    {
        var x = Tensor.Ones([2, 3]);
        foreach (Func<Tensor> operation in new Func<Tensor>[]
        {
            () => x.Slice(1, 1, 3), () => x.Slice(1, -1, 2), () => x.Slice(1, 2, -1), () => x.Slice(1, int.MaxValue, 1),
            () => x.Slice(1, 1, int.MaxValue), () => x.Slice(1, 2..5), () => x.Select(1, 3), () => x.Select(1, -4),
        })
        {
            Assert.Contains("0 to 2", Assert.ThrowsAny<ArgumentException>(operation).Message);
        }
    }

    [Fact]
    public void Nothing_has_no_largest_value_and_no_concatenation()
    {
        Assert.Contains("no largest", Assert.Throws<ArgumentException>(() => Tensor.Ones([0, 3]).Max([0])).Message);
        Assert.Equal([0], Tensor.Ones([0, 3]).Max([1]).Shape);
        Assert.Contains("at least one", Assert.Throws<ArgumentException>(() => Tensor.Concatenate([])).Message);
        Assert.Contains("at least one", Assert.Throws<ArgumentException>(() => Tensor.Stack([])).Message);
    }

    [Fact]
    public void Null_is_refused_by_name()
    {
        var x = Tensor.Ones([2]);
        Assert.Throws<ArgumentNullException>(() => x + null!);
        Assert.Throws<ArgumentNullException>(() => null! * x);
        Assert.Throws<ArgumentNullException>(() => -(Tensor)null!);
        Assert.Throws<ArgumentNullException>(() => x.MatMul(null!));
        Assert.Throws<ArgumentNullException>(() => Tensor.Where(x, null!, x));
        Assert.Throws<ArgumentNullException>(() => Tensor.Concatenate(null!));
        Assert.Throws<ArgumentNullException>(() => new Parameter(null!));
    }

    [Fact]
    public void A_parameter_copies_its_first_values_and_counts_changes()
    {
        var initial = Tensor.From(1.0, 2.0);
        var p = new Parameter(initial, "w");
        Assert.Equal(0, p.Version);
        p.SetValues([3.0, 4.0]);
        Assert.Equal(1, p.Version);
        Assert.Equal([3.0, 4], p.ToDoubles());
        Assert.Equal([1.0, 2], initial.ToDoubles());
        Assert.True(p.RequiresGradient);
        Assert.Equal("w", p.Name);
    }

    [Fact]
    public void A_parameter_refuses_other_numbers_and_types_of_values_and_stays_as_it_was()
    {
        var p = new Parameter(Tensor.From(1.0, 2.0), "w");
        Assert.Contains("'w' of shape [2] takes 2 values, not 3", Assert.Throws<ArgumentException>(() => p.SetValues([1.0, 2, 3])).Message);
        Assert.Throws<InvalidOperationException>(() => p.SetValues([1f, 2f]));
        Assert.Throws<ArgumentException>(() => new Parameter(Tensor.From(1.0), ""));
        Assert.Equal([1.0, 2], p.ToDoubles());
        Assert.Equal(0, p.Version);
    }

    [Fact]
    public void What_was_computed_from_a_parameter_does_not_change_with_it()
    {
        var p = new Parameter(Tensor.From([1.0, 2.0, 3, 4], [2, 2]), "w");
        Tensor[] derived = [p.Reshape([4]), p.Flatten(), p.Unsqueeze(0), p.Detach(), p.WithGradient(), p.Slice(0, 0, 1), p.Transpose(), p * 1.0, Tensor.Stack([p])];
        double[][] before = Array.ConvertAll(derived, x => x.ToDoubles());
        p.SetValues([9.0, 9, 9, 9]);
        for (int i = 0; i < derived.Length; i++)
        {
            Assert.Equal(before[i], derived[i].ToDoubles());
        }
    }
}
