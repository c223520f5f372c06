using System.Diagnostics.Contracts;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace NeuralOde.Reports.Tests;

public class ImmutabilityTests
{
    // The compiler writes the attribute only where CONTRACTS_FULL is defined; without it analyzer CA1806 sees nothing to warn about.
    [Fact]
    public void Methods_that_return_a_changed_copy_carry_the_attribute_that_warns_of_dropping_it()
    {
        Assembly room = typeof(Figure).Assembly;
        MethodInfo[] copies = room.GetExportedTypes()
            .SelectMany(t => t.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .Where(
                m => m.ReturnType.Assembly == room && !m.IsSpecialName && m.GetCustomAttribute<CompilerGeneratedAttribute>() is null
                    && !m.Name.Contains('<', StringComparison.Ordinal))
            .ToArray();
        Assert.Contains(copies, m => m.Name == nameof(Figure.Line));
        Assert.Contains(copies, m => m.Name == nameof(Report.Add));
        Assert.All(copies, m => Assert.True(m.GetCustomAttribute<PureAttribute>() is not null, $"{m.DeclaringType!.Name}.{m.Name} lacks [Pure]"));
    }

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
