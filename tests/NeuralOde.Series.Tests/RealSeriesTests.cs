using NeuralOde.Series.Evaluation;
using NeuralOde.Series.Scaling;
using NeuralOde.Series.Tables;
using NeuralOde.Series.Times;

namespace NeuralOde.Series.Tests;

/// <summary>The published series as their authors distribute them, quirks and all.</summary>
public class RealSeriesTests
{
    private static CsvTable Table(string file) => CsvTable.Read(RealDataFactAttribute.PathOf(file));

    [RealDataFact("series/hudson-bay-lynx-hare.csv")]
    public void Hare_and_lynx()
    {
        var set = TimeSeriesSet.FromTable(Table("series/hudson-bay-lynx-hare.csv"), new TimeSeriesOptions { TimeColumn = "Year", LogColumns = ["hare", "lynx"] });

        Assert.Equal(["Lynx", "Hare"], set.Components);
        Assert.Equal(21, set.Series[0].Count);
        Assert.Equal(24.7, set.Series[0][20, 1]);
        Assert.InRange(Standardization.Fit(set).TimeScale, 1, 3);
    }

    [RealDataFact("series/Theoph.csv")]
    public void Theophylline_of_twelve_subjects()
    {
        var set = TimeSeriesSet.FromTable(
            Table("series/Theoph.csv"), new TimeSeriesOptions { SeriesColumn = "Subject", StateColumns = ["conc"], CovariateColumns = ["Wt", "Dose"] });

        Assert.Equal(12, set.Series.Count);
        Assert.All(set.Series, series => Assert.Equal(11, series.Count));
        Assert.Equal([79.6, 4.02], set.Series[0].Covariates);
    }

    [RealDataFact("series/Phenobarb.csv")]
    public void Phenobarbital_with_doses_and_missing_concentrations()
    {
        var set = TimeSeriesSet.FromTable(
            Table("series/Phenobarb.csv"),
            new TimeSeriesOptions { SeriesColumn = "Subject", StateColumns = ["conc"], CovariateColumns = ["Wt", "Apgar"], InputColumns = ["dose"], MinimumPoints = 1 });

        Assert.Equal(59, set.Series.Count);
        Assert.Equal(155, set.Series.Sum(series => series.ObservedCount(0)));
        Assert.Equal(25, set.Series[0].InputValues[0]);
    }

    [RealDataFact("series/Remifentanil.csv")]
    public void Remifentanil_of_sixty_five_subjects()
    {
        var set = TimeSeriesSet.FromTable(
            Table("series/Remifentanil.csv"), new TimeSeriesOptions { SeriesColumn = "ID", StateColumns = ["conc"], CovariateColumns = ["Age", "LBM"], InputColumns = ["Rate"] });

        Assert.Equal(65, set.Series.Count);
        Assert.Equal(2107, set.Series.Sum(series => series.Count));
    }

    [RealDataFact("series/statsmodels-co2.csv")]
    public void Carbon_dioxide_with_gaps_and_compact_dates()
    {
        var set = TimeSeriesSet.FromTable(Table("series/statsmodels-co2.csv"), new TimeSeriesOptions { TimeFormat = TimeFormat.CompactDate });

        Assert.Equal(59, set.Series[0].Count - set.Series[0].ObservedCount(0));
        Assert.Equal("days since 1958-03-29", set.Time.Unit);
        Assert.Equal("2001-12-29", set.Time.Text(set.Series[0].Times[^1]));
    }

    [RealDataFact("series/influenza_england_1978_school.csv")]
    public void Influenza_with_dates()
    {
        var set = TimeSeriesSet.FromTable(Table("series/influenza_england_1978_school.csv"));

        Assert.Equal(["in_bed", "convalescent"], set.Components);
        Assert.Equal(13, set.Series[0].Times[^1]);
    }

    [RealDataFact("series/lynx.csv")]
    public void Lynx_trappings_and_their_naive_forecast()
    {
        HoldOutSplit split = HoldOut.Count(14).Split(TimeSeriesSet.FromTable(Table("series/lynx.csv")));

        Assert.Equal(100, split.Training.Series[0].Count);
        Assert.True(ForecastErrors.Between(split.HeldOut, NaiveForecast.LastObserved(split)).PooledRmse > 0);
    }

    [RealDataFact("series/quakes.csv")]
    public void Table_without_a_time_column_says_so()
    {
        Assert.Contains(
            "the columns are lat, long, depth, mag, stations",
            Assert.Throws<TableException>(() => TimeSeriesSet.FromTable(Table("series/quakes.csv"))).Message, StringComparison.Ordinal);
    }
}
