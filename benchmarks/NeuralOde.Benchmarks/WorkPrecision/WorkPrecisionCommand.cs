using System.Globalization;
using NeuralOde.Benchmarks.Timing;
using NeuralOde.Reports;
using NeuralOde.Solvers;

namespace NeuralOde.Benchmarks.WorkPrecision;

/// <summary>Work-precision diagrams: every method with an error estimate, on problems with known solutions, from loose tolerances to tight ones.</summary>
internal static class WorkPrecisionCommand
{
    private static readonly double[] s_errors = [1e-3, 1e-6, 1e-9];

    // The same look for a method in every picture; explicit one-step methods are solid, multistep methods dashed, implicit one-step methods dash-dotted.
    private static readonly Dictionary<string, (PaletteColor Color, LineDash Dash, PointMarker Marker)> s_looks = new()
    {
        ["bosh3"] = (PaletteColor.SkyBlue, LineDash.Solid, PointMarker.Triangle),
        ["tsit5"] = (PaletteColor.Blue, LineDash.Solid, PointMarker.Disc),
        ["dopri5"] = (PaletteColor.Green, LineDash.Solid, PointMarker.Square),
        ["dopri8"] = (PaletteColor.Purple, LineDash.Solid, PointMarker.Diamond),
        ["vern7"] = (PaletteColor.Vermillion, LineDash.Solid, PointMarker.Triangle),
        ["vern9"] = (PaletteColor.Orange, LineDash.Solid, PointMarker.Disc),
        ["adams"] = (PaletteColor.Ink, LineDash.Dashed, PointMarker.Square),
        ["bdf"] = (PaletteColor.Gray, LineDash.Dashed, PointMarker.Disc),
        ["radau5"] = (PaletteColor.Vermillion, LineDash.DashDot, PointMarker.Ring),
        ["rodas5p"] = (PaletteColor.Blue, LineDash.DashDot, PointMarker.Diamond),
        ["kvaerno3"] = (PaletteColor.SkyBlue, LineDash.DashDot, PointMarker.Triangle),
        ["kvaerno5"] = (PaletteColor.Green, LineDash.DashDot, PointMarker.Square),
        ["kencarp4"] = (PaletteColor.Purple, LineDash.DashDot, PointMarker.Cross),
        ["tr-bdf2"] = (PaletteColor.Orange, LineDash.DashDot, PointMarker.Plus),
        ["auto"] = (PaletteColor.Ink, LineDash.Dotted, PointMarker.Cross),
    };

    /// <summary>Draws a picture per problem into a folder, and prints a table of all methods.</summary>
    /// <param name="clock">Clock.</param>
    /// <param name="names">Problems; all where there are none.</param>
    /// <param name="folder">Where the pictures go.</param>
    public static void Run(Clock clock, string[] names, string folder)
    {
        WorkPrecisionCase[] cases = names.Length == 0 ? [.. WorkPrecisionCase.All] : Array.ConvertAll(names, Find);
        string[] methods = [.. OdeSolver.Names.Where(static x => OdeSolver.Parse(x) is { IsAdaptive: true, NeedsPositions: false })];
        Directory.CreateDirectory(folder);
        foreach (WorkPrecisionCase x in cases)
        {
            Console.WriteLine($"### {x.Title}\n");
            Console.WriteLine($"| method | {string.Join(" | ", s_errors.Select(static error => FormattableString.Invariant($"error {error:0e-0}")))} |");
            Console.WriteLine($"| --- |{string.Concat(Enumerable.Repeat(" --- |", s_errors.Length))}");
            List<WorkPrecisionCurve> curves = [];
            foreach (string method in methods)
            {
                var curve = WorkPrecisionCurve.Measure(x, method, clock);
                curves.Add(curve);
                Console.WriteLine($"| {method} | {string.Join(" | ", s_errors.Select(error => Text(curve.TimeAt(error))))} |");
            }

            Console.WriteLine();
            Draw(x, curves).Save(Path.Combine(folder, $"work-precision-{x.Name}.svg"));
        }
    }

    private static WorkPrecisionCase Find(string name) => WorkPrecisionCase.All.FirstOrDefault(x => x.Name == name)
        ?? throw new ArgumentException($"There is no problem '{name}'; problems are {string.Join(", ", WorkPrecisionCase.All.Select(static x => x.Name))}.", nameof(name));

    private static string Text(double nanoseconds) => double.IsNaN(nanoseconds)
        ? "—"
        : string.Create(CultureInfo.InvariantCulture, $"{(nanoseconds < 1e5 ? nanoseconds / 1e3 : nanoseconds / 1e6):G3} {(nanoseconds < 1e5 ? "µs" : "ms")}");

    private static PanelGrid Draw(WorkPrecisionCase x, IReadOnlyList<WorkPrecisionCurve> curves)
    {
        var error = new FigureAxis("error at the end") { Scale = AxisScale.Logarithmic };
        var time = new Figure { XAxis = new FigureAxis("time", "µs") { Scale = AxisScale.Logarithmic }, YAxis = error };
        var evaluations = new Figure { XAxis = new FigureAxis("evaluations of the field") { Scale = AxisScale.Logarithmic }, YAxis = error };
        foreach (string name in x.Drawn)
        {
            if (curves.FirstOrDefault(curve => curve.Method == name) is { Points.Count: > 0 } curve)
            {
                (PaletteColor color, LineDash dash, PointMarker marker) = s_looks[name];
                var line = new LineStyle { Color = color, Dash = dash, Width = 1.6 };
                var point = new PointStyle { Color = color, Marker = marker, Size = 7 };
                double[] errors = [.. curve.Points.Select(static p => p.Error)];
                double[] times = [.. curve.Points.Select(static p => p.Time / 1e3)], counts = [.. curve.Points.Select(static p => p.Evaluations)];
                time = time.Line(times, errors, null, line).Points(times, errors, name, point);
                evaluations = evaluations.Line(counts, errors, null, line).Points(counts, errors, name, point);
            }
        }

        return new PanelGrid
        {
            Title = x.Title,
            Description = $"Error against time and against evaluations of the field, for {string.Join(", ", x.Drawn)}.",
            Panels = [time, evaluations],
            Columns = 2,
            PanelHeight = 340,
            Width = 960,
            SharedX = false,
            SharedY = true,
        };
    }
}
