
namespace NeuralOde.Series.Tests;

public sealed class LabeledSeriesTests
{
    private const string Header = "# a comment\n@problemName toy\n@timeStamps false\n@classLabel true a b\n@data\n";

    [Fact]
    public void Series_of_unequal_length_keep_their_components_missing_values_and_classes()
    {
        LabeledSeries read = Read(Header + "1,2,3:4,?,6:b\n\n0.5,-1e2:NaN,7:a\n");

        Assert.Equal(["a", "b"], read.Classes);
        Assert.Equal([1, 0], read.Labels);
        Assert.Equal(["x1", "x2"], read.Series.Components);
        Assert.Equal([0.0, 1.0, 2.0], read.Series.Series[0].Times.ToArray());
        Assert.Equal([1, 4, 2, double.NaN, 3, 6], read.Series.Series[0].Values.ToArray());
        Assert.Equal([0.5, double.NaN, -100, 7], read.Series.Series[1].Values.ToArray());
        Assert.Equal(["1", "2"], read.Series.Series.Select(static x => x.Id));
    }

    [Theory]
    [InlineData("1,2:3,4:a", "toy.ts, line 1:*directive*")]
    [InlineData("@classLabel true a b\n", "toy.ts: there is no line '@data'*")]
    [InlineData("@data\n1,2:3,4:a", "toy.ts, line 1:*does not name two classes*")]
    [InlineData("@classLabel true a a\n@data\n1:a", "toy.ts, line 2:*each once*")]
    [InlineData("@timeStamps true\n@classLabel true a b\n@data\n", "toy.ts, line 1:*time stamps*")]
    [InlineData("@targetLabel true\n@data\n", "toy.ts, line 1:*classes are needed*")]
    [InlineData(Header, "toy.ts: there is no series*")]
    [InlineData(Header + "1,2:3,4:c", "toy.ts, line 6: the class 'c' is none of the header's: a, b. *")]
    [InlineData(Header + "1,2:3:a", "toy.ts, line 6: component 2 has 1 values where component 1 has 2*")]
    [InlineData(Header + "1,2:a\n1,2:3,4:a", "toy.ts, line 7: there are 2 components where the lines above have 1*")]
    [InlineData(Header + "1,2", "toy.ts, line 6: there is no class label*")]
    [InlineData(Header + "1,x:a", "toy.ts, line 6: 'x' is not a number*")]
    public void What_is_wrong_is_named_with_its_line(string text, string message)
    {
        string found = Assert.Throws<SeriesFileException>(() => Read(text)).Message;

        Assert.True(System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(message.Replace("?", "\\?"), found), found);
    }

    [Fact]
    public void Labels_must_fit_series_and_classes()
    {
        TimeSeriesSet series = Read(Header + "1,2:a").Series;

        Assert.Throws<ArgumentException>(() => new LabeledSeries(series, ["a", "b"], [0, 1]));
        Assert.Throws<ArgumentException>(() => new LabeledSeries(series, ["a", "b"], [2]));
        Assert.Throws<ArgumentException>(() => new LabeledSeries(series, ["a"], [0]));
        Assert.Throws<ArgumentException>(() => new LabeledSeries(series, ["a", "a"], [0]));
    }

    [RealDataFact("uea/JapaneseVowels_TRAIN.ts")]
    public void Japanese_vowels_are_270_series_of_12_components_and_30_of_each_of_9_speakers()
    {
        var read = LabeledSeries.Read(RealDataFactAttribute.PathOf("uea/JapaneseVowels_TRAIN.ts"));

        Assert.Equal(270, read.Series.Series.Count);
        Assert.Equal(12, read.Series.Components.Count);
        Assert.Equal(9, read.Classes.Count);
        Assert.All(read.Labels.GroupBy(static x => x), static group => Assert.Equal(30, group.Count()));
        Assert.InRange(read.Series.Series.Min(static x => x.Count), 7, 7);
        Assert.InRange(read.Series.Series.Max(static x => x.Count), 20, 29);
    }

    private static LabeledSeries Read(string text) => LabeledSeries.Read(new StringReader(text), "toy.ts");
}
