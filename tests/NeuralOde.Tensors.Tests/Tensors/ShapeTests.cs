using FsCheck;
using FsCheck.Fluent;

namespace NeuralOde.Tensors.Tests;

/// <summary>The laws of shapes.</summary>
public class ShapeTests
{
    private static readonly Gen<Shape> s_shapes = Gen.Choose(0, 4).SelectMany(rank => Gen.Choose(0, 5).ArrayOf(rank)).Select(x => new Shape(x));

    /// <summary>Two shapes that broadcast: one with some axes set to 1 and some leading ones dropped, twice.</summary>
    private static readonly Gen<(Shape Left, Shape Right)> s_pairs =
        from full in s_shapes
        from left in Gen.Choose(0, 1).ArrayOf(full.Rank)
        from right in Gen.Choose(0, 1).ArrayOf(full.Rank)
        from drop in Gen.Choose(0, full.Rank)
        select (new Shape([.. full.Select((n, i) => left[i] == 0 ? 1 : n)]), new Shape([.. full.Select((n, i) => right[i] == 0 ? 1 : n).Skip(drop)]));

    [Fact]
    public void Broadcasting_is_commutative()
    {
        Prop.ForAll(s_pairs.ToArbitrary(), p => Shape.Broadcast(p.Left, p.Right) == Shape.Broadcast(p.Right, p.Left)).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Broadcasting_with_itself_or_a_scalar_changes_nothing()
    {
        Prop.ForAll(
            s_shapes.ToArbitrary(),
            x => Shape.Broadcast(x, x) == x && Shape.Broadcast(x, Shape.Scalar) == x && Shape.Broadcast([], x) == x && Shape.Broadcast([1], x).ElementCount == x.ElementCount)
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Broadcasting_is_absorbed_by_its_result()
    {
        Prop.ForAll(s_pairs.ToArbitrary(), p =>
        {
            var common = Shape.Broadcast(p.Left, p.Right);
            return Shape.Broadcast(common, p.Left) == common && Shape.Broadcast(p.Right, common) == common;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Broadcasting_is_associative_and_fails_alike()
    {
        static Shape? Try(Func<Shape> make)
        {
            try
            {
                return make();
            }
            catch (ArgumentException)
            {
                return null;
            }
        }

        Prop.ForAll(s_shapes.ToArbitrary(), s_shapes.ToArbitrary(), s_shapes.ToArbitrary(), (a, b, c) =>
            Try(() => Shape.Broadcast(Shape.Broadcast(a, b), c)) is var left && Try(() => Shape.Broadcast(a, Shape.Broadcast(b, c))) is var right && Nullable.Equals(left, right))
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Negative_axes_count_from_the_end()
    {
        Prop.ForAll(
            s_shapes.ToArbitrary(), x => Enumerable.Range(0, x.Rank).All(a => x[a] == x[a - x.Rank] && x.Axis(a - x.Rank) == a && x.Axis(a) == a)).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Element_count_is_the_product_and_strides_address_every_element_once()
    {
        Prop.ForAll(s_shapes.ToArbitrary(), x =>
        {
            int[] strides = x.Strides();
            var offsets = new List<int> { 0 };
            for (int a = 0; a < x.Rank; a++)
            {
                offsets = [.. offsets.SelectMany(o => Enumerable.Range(0, x[a]).Select(i => o + (i * strides[a])))];
            }

            return offsets.Count == x.ElementCount && offsets.SequenceEqual(Enumerable.Range(0, x.ElementCount));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_shape_is_its_parts_joined()
    {
        Prop.ForAll(s_shapes.ToArbitrary(), x => Enumerable.Range(0, x.Rank + 1).All(at => x.Slice(..at).Append(x.Slice(at..)) == x)).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Equal_shapes_have_equal_hash_codes()
    {
        Prop.ForAll(s_shapes.ToArbitrary(), s_shapes.ToArbitrary(), (x, y) =>
            x.Equals((object)new Shape(x.Lengths)) && x.GetHashCode() == new Shape(x.Lengths).GetHashCode() && (x == y) == x.SequenceEqual(y)
                && (x != y) == !(x == y)).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void With_replaces_one_axis() => Assert.Equal([2, 7, 4], new Shape(2, 3, 4).With(-2, 7));

    [Fact]
    public void Default_is_a_scalar()
    {
        Assert.Equal(Shape.Scalar, default);
        Assert.Equal(0, default(Shape).Rank);
        Assert.Equal(1, default(Shape).ElementCount);
        Assert.Equal("[]", default(Shape).ToString());
        Assert.Empty(default(Shape));
    }

    [Fact]
    public void Text_is_the_lengths_in_brackets() => Assert.Equal("[2, 3]", new Shape(2, 3).ToString());

    [Fact]
    public void Changing_the_array_that_a_shape_was_made_from_does_not_change_it()
    {
        int[] lengths = [2, 3];
        var shape = new Shape(lengths);
        lengths[0] = 5;
        Assert.Equal([2, 3], shape);
    }

    [Fact]
    public void Shapes_that_do_not_broadcast_are_named_with_the_axis()
    {
        string text = Assert.Throws<ArgumentException>(() => Shape.Broadcast([2, 3], [2, 4])).Message;
        Assert.Contains("[2, 3] and [2, 4]", text);
        Assert.Contains("axis 1 is 3 in one and 4 in the other", text);
        Assert.Contains("equal, or one of them 1", text);
    }

    [Fact]
    public void A_missing_axis_is_named_with_the_range_of_axes()
    {
        string text = Assert.Throws<ArgumentOutOfRangeException>(() => new Shape(2, 3).Axis(2)).Message;
        Assert.Contains("from -2 to 1", text);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Shape(2, 3)[-3]);
        Assert.Throws<ArgumentOutOfRangeException>(() => Shape.Scalar[0]);
    }

    [Fact]
    public void Negative_and_excessive_lengths_are_refused()
    {
        Assert.Contains("[2, -1]", Assert.Throws<ArgumentOutOfRangeException>(() => new Shape(2, -1)).Message);
        Assert.Contains("at most", Assert.Throws<ArgumentOutOfRangeException>(() => new Shape(65536, 65536)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Shape(int.MaxValue, int.MaxValue, int.MaxValue, int.MaxValue));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Shape(2, 3).With(0, -1));
    }
}
