using FsCheck;
using FsCheck.Fluent;

namespace NeuralOde.Reports.Tests;

public class TicksTests
{
    private static readonly Arbitrary<(double Low, double High, int Most)> s_ranges = (
        from magnitude in Gen.Choose(-200, 200)
        from mantissa in Gen.Choose(-9999, 9999)
        from span in Gen.Choose(1, 1_000_000)
        from most in Gen.Choose(1, 12)
        let unit = Math.Pow(10, magnitude)
        select (mantissa * unit, (mantissa + span / 1000.0) * unit, most)).ToArbitrary();

    [Fact]
    public void Linear_ticks_lie_inside_the_range_rise_and_have_distinct_labels()
    {
        Prop.ForAll(s_ranges, r =>
        {
            IReadOnlyList<Tick> ticks = Ticks.Linear(r.Low, r.High, r.Most).Marks;
            Assert.All(ticks, t => Assert.InRange(t.Value, r.Low, r.High));
            Assert.All(ticks.Zip(ticks.Skip(1)), p => Assert.True(p.First.Value < p.Second.Value));
            Assert.Equal(ticks.Count, ticks.Select(t => t.Label).Distinct().Count());
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Linear_ticks_are_as_many_as_asked_or_fewer_by_less_than_a_nice_step()
    {
        Prop.ForAll(s_ranges, r =>
        {
            int count = Ticks.Linear(r.Low, r.High, r.Most).Marks.Count;
            // A nice step is at least the even one and at most 2.5 times it.
            Assert.InRange(count, (int)Math.Floor(r.Most / 2.5 * (1 - 1e-9)), r.Most + 1);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_label_and_the_common_power_give_the_tick_back()
    {
        Prop.ForAll(s_ranges, r =>
        {
            var ticks = Ticks.Linear(r.Low, r.High, r.Most);
            Assert.All(ticks.Marks, t =>
            {
                double shown = double.Parse(t.Label.Replace('−', '-') + "e" + ticks.Exponent, System.Globalization.CultureInfo.InvariantCulture);
                // Both are roundings of one decimal number.
                Assert.True(Math.Abs(shown - t.Value) <= 4e-16 * Math.Abs(t.Value) + 1e-300, $"{t} shown as {shown}");
            });
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(0, 1, 5, "0.0 0.2 0.4 0.6 0.8 1.0")]
    [InlineData(0.3, 1.1, 4, "0.4 0.6 0.8 1.0")]
    [InlineData(0.3, 1.1, 8, "0.3 0.4 0.5 0.6 0.7 0.8 0.9 1.0 1.1")]
    [InlineData(-1, 1, 4, "−1.0 −0.5 0.0 0.5 1.0")]
    [InlineData(1900, 1920, 5, "1900 1905 1910 1915 1920")]
    public void Linear_ticks_are_multiples_of_one_two_or_five(double low, double high, int most, string labels)
    {
        Assert.Equal(labels, string.Join(' ', Ticks.Linear(low, high, most).Marks.Select(t => t.Label)));
    }

    [Theory]
    [InlineData(2e6, 4e6, 6, "2.0")]
    [InlineData(1e-7, 3e-7, -9, "100")]
    [InlineData(123456.1, 123456.4, 0, "123456.1")]
    public void Large_and_small_numbers_share_a_power_of_ten(double low, double high, int exponent, string first)
    {
        var ticks = Ticks.Linear(low, high, 4);
        Assert.Equal(exponent, ticks.Exponent);
        Assert.Equal(first, ticks.Marks[0].Label);
    }

    [Fact]
    public void Zero_alone_takes_its_magnitude_from_the_step()
    {
        Assert.Equal("0", Assert.Single(Ticks.Linear(-3e-6, 3e-6, 1).Marks).Label);
    }

    [Fact]
    public void Logarithmic_ticks_lie_inside_the_range_rise_and_have_distinct_labels()
    {
        var ranges = (from low in Gen.Choose(-250_000, 250_000)
                      from span in Gen.Choose(1, 40_000)
                      from most in Gen.Choose(1, 10)
                      select (Low: low / 1000.0, High: (low + span) / 1000.0, Most: most)).ToArbitrary();
        Prop.ForAll(ranges, r =>
        {
            IReadOnlyList<Tick> ticks = Ticks.Logarithmic(r.Low, r.High, r.Most).Marks;
            // 10^x and log10 each err by an ulp or two, which a power of 250 magnifies.
            Assert.All(ticks, t => Assert.InRange(Math.Log10(t.Value), r.Low - 1e-12, r.High + 1e-12));
            Assert.All(ticks.Zip(ticks.Skip(1)), p => Assert.True(p.First.Value < p.Second.Value));
            Assert.Equal(ticks.Count, ticks.Select(t => t.Label).Distinct().Count());
            Assert.InRange(ticks.Count, 0, Math.Max(3, r.Most + 1));
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(-4, 0, 6, "10⁻⁴ 10⁻³ 10⁻² 10⁻¹ 10⁰")]
    [InlineData(-10, 0, 5, "10⁻¹⁰ 10⁻⁸ 10⁻⁶ 10⁻⁴ 10⁻² 10⁰")]
    [InlineData(0, 2, 8, "1 2 5 10 20 50 100")]
    [InlineData(0.05, 0.9, 8, "2 3 4 5 6 7")]
    public void Logarithmic_ticks_suit_the_count_of_decades(double low, double high, int most, string labels)
    {
        Assert.Equal(labels, string.Join(' ', Ticks.Logarithmic(low, high, most).Marks.Select(t => t.Label)));
    }

    [Fact]
    public void Chosen_labels_keep_clear_of_one_another()
    {
        var ranges = (from r in s_ranges.Generator from length in Gen.Choose(30, 900) select (r.Low, r.High, Length: length)).ToArbitrary();
        Prop.ForAll(ranges, r =>
        {
            var scale = new Scale(new Domain(false, r.Low, r.High), 0, r.Length);
            IReadOnlyList<Tick> ticks = TickChoice.Horizontal(new FigureAxis(), scale).Marks;
            Assert.All(ticks.Zip(ticks.Skip(1)), p =>
            {
                double half = 0.5 * (TextMetrics.Width(p.First.Label, TickChoice.FontSize) + TextMetrics.Width(p.Second.Label, TickChoice.FontSize));
                Assert.True(scale.At(p.Second.Value) - scale.At(p.First.Value) > half);
            });
        }).QuickCheckThrowOnFailure();
    }
}
