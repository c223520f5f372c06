namespace NeuralOde.Reports.Tests;

public class ImmutabilityTests
{
    [Fact]
    public void Records_with_the_same_content_are_equal_and_do_not_change_with_the_lists_they_were_given()
    {
        Assert.Equal(Everything("a"), Everything("a"));
        Assert.Equal(Everything("a").Select(x => x.GetHashCode()), Everything("a").Select(x => x.GetHashCode()));
        Assert.All(Everything("a").Zip(Everything("b")), pair => Assert.NotEqual(pair.First, pair.Second));
        string[] items = ["before"];
        var list = new BulletList(items);
        items[0] = "after";
        Assert.Equal("before", list.Items[0]);

        static object[] Everything(string text)
        {
            var table = new ReportTable { Columns = [new ReportColumn(text)], Rows = [(string[])[text]] };
            var axis = new FigureAxis { Categories = [text], Include = [1] };
            var images = new ImageGrid { Images = [new GridImage(1, 1, [text[0]])] };
            var frames = new FrameSequence { Base = new Figure { XAxis = axis }, Frames = [new FigureFrame(text, new Figure())] };
            var grid = new PanelGrid { Panels = [new Figure { Title = text }] };
            var section = new ReportSection("s", new KeyNumbers(new KeyNumber(text, "1")), new Collapsible("c", new BulletList(text)), new DrawingRow(grid));
            return [table, axis, images, frames, grid, section, new Report("r").Add(section, table)];
        }
    }
}
