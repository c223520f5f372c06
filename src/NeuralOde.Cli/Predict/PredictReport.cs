using NeuralOde.Experiments.Mnist;
using NeuralOde.Settings;

namespace NeuralOde.Cli.Predict;

/// <summary>The page about what <c>neuralode predict</c> found.</summary>
internal static class PredictReport
{
    private const int CurvePoints = 40;
    private const int MapTimes = 11;
    private const int MapChannels = 10;
    private const int ShownImages = 60;
    private const int ShownCurves = 5;
    private static readonly PaletteColor[] s_colors = [PaletteColor.Blue, PaletteColor.Vermillion, PaletteColor.Green, PaletteColor.Purple, PaletteColor.Orange];
    private static readonly LineDash[] s_dashes = [LineDash.Solid, LineDash.Dashed, LineDash.DashDot, LineDash.Dotted, LineDash.Solid];

    public static Report Create(Prediction prediction, string commandLine)
    {
        ImageClassifier classifier = prediction.Classifier;
        Report report = new(prediction.Count == 1 ? $"Classified as: {Name(prediction, prediction.Likeliest(0))}" : $"{Whole(prediction.Count)} images classified")
        {
            Subtitle = $"{Path.GetFileName(prediction.Path)}; {ClassifierText.Model(classifier.Options)}, trained on {classifier.Collection.Title}",
            Footer = ToolVersion.Text,
        };
        report = prediction.Count == 1 ? One(report, prediction) : Many(report, prediction);
        return report.Add(new ReportSection("Settings", new CodeBlock(commandLine, "The command that made this page.")));
    }

    private static Report One(Report report, Prediction prediction)
    {
        ImageClassifier classifier = prediction.Classifier;
        double[] probabilities = prediction.Probabilities[0];
        int[] order = [.. prediction.Order(0)];
        report = report.Add(new KeyNumbers(
            new KeyNumber("Class", Name(prediction, order[0]), Note: $"with probability {ProgressText.Percent(probabilities[order[0]])}"),
            new KeyNumber("Next", Name(prediction, order[1]), Note: $"with probability {ProgressText.Percent(probabilities[order[1]])}")));
        List<GridImage> images = [];
        if (prediction.Picture is { } picture)
        {
            images.Add(new GridImage(picture.Columns, picture.Rows, [.. picture.Values.ToArray().Select(static x => (double)x)], "the picture"));
        }

        images.Add(Small(prediction, 0, "as the model sees it"));
        report = report.Add(new ReportSection(
            "The image",
            new ImageGrid { Images = images, ImageWidth = 168 },
            new Figure
            {
                XAxis = new FigureAxis("class") { Categories = classifier.Collection.ClassNames },
                YAxis = new FigureAxis("probability") { Min = 0, Max = 1 },
                Height = 260,
            }
                .Bars([.. Enumerable.Range(0, probabilities.Length).Select(static i => (double)i)], probabilities)));
        return classifier.Options.HasEquation ? report.Add(Evolution(prediction)) : report;
    }

    private static ReportSection Evolution(Prediction prediction)
    {
        ImageClassifier classifier = prediction.Classifier;
        FeatureEvolution fine = classifier.Evolve(prediction.Image(0), Times(CurvePoints + 1)), coarse = classifier.Evolve(prediction.Image(0), Times(MapTimes));
        int[] shown = [.. Enumerable.Range(0, classifier.Collection.ClassNames.Count).OrderByDescending(k => fine.Probabilities.Max(x => x[k])).Take(ShownCurves)];
        var curves = new Figure
        {
            XAxis = new FigureAxis("time in the equation") { Min = 0, Max = 1 },
            YAxis = new FigureAxis("probability") { Min = 0, Max = 1 },
            Height = 320,
            Caption = $"The probability that the last layers would give to each class if the equation ended at that time; "
                + $"the {shown.Length} classes that rank highest at any time. The layers were trained for the features at time 1.",
        };
        for (int i = 0; i < shown.Length; i++)
        {
            int k = shown[i];
            curves = curves.Line(
                fine.Times,
                [.. fine.Probabilities.Select(x => x[k])],
                Name(prediction, k),
                new LineStyle { Color = s_colors[i % s_colors.Length], Dash = s_dashes[i % s_dashes.Length] });
        }

        int[] channels = [.. coarse.ByMotion().Take(MapChannels)];
        List<GridImage> maps = [];
        foreach (int channel in channels)
        {
            double[][] each = [.. Enumerable.Range(0, MapTimes).Select(i => coarse.Map(i, channel))];
            double low = each.Min(static x => x.Min()), high = Math.Max(each.Max(static x => x.Max()), low + 1e-9);
            maps.AddRange(each.Select((x, i) => new GridImage(
                coarse.Columns,
                coarse.Rows,
                [.. x.Select(v => (v - low) / (high - low))],
                i == 0 ? $"channel {channel}" : string.Create(CultureInfo.InvariantCulture, $"t = {coarse.Times[i]:0.0}"))));
        }

        int all = coarse.Channels;
        return new ReportSection(
            "The features in time",
            $"The equation moves {all} feature maps of {coarse.Columns}x{coarse.Rows} from time 0 to 1. "
                + $"It is solved here by {new SolverChoice(classifier.Options.Solver, classifier.Options.Steps, classifier.Options.Gradient)}, "
                + $"with a step that ends at every time shown.",
            curves,
            new ImageGrid
            {
                Images = maps,
                ImageWidth = 68,
                Caption = $"The {channels.Length} channels (of {all}) that move farthest, one row per channel, from t = 0 at the left; "
                    + $"each row from its smallest value (black) to its largest (white).",
            },
            new Figure
            {
                XAxis = new FigureAxis("time in the equation") { Min = 0, Max = 1 },
                YAxis = new FigureAxis("mean over the map"),
                Height = 300,
                Caption = $"The mean of each of the {all} channels.",
            }
                .AddMeans(fine));
    }

    /// <summary>A thin line for each channel.</summary>
    private static Figure AddMeans(this Figure figure, FeatureEvolution evolution)
    {
        for (int channel = 0; channel < evolution.Channels; channel++)
        {
            double[] means = [.. Enumerable.Range(0, evolution.Times.Count).Select(i => evolution.Map(i, channel).Average())];
            figure = figure.Line(evolution.Times, means, null, new LineStyle { Color = s_colors[channel % s_colors.Length], Width = 1, Opacity = 0.7 });
        }

        return figure;
    }

    private static Report Many(Report report, Prediction prediction)
    {
        IReadOnlyList<string> names = prediction.Classifier.Collection.ClassNames;
        int[] unsure = [.. Enumerable.Range(0, prediction.Count).OrderBy(i => Confidence(prediction, i)).Take(ShownImages)];
        if (prediction.Correct is int correct)
        {
            report = report.Add(
                new KeyNumbers(new KeyNumber("Right", ProgressText.Percent((double)correct / prediction.Count), Note: $"{Whole(correct)} of {Whole(prediction.Count)} images")));
        }

        string caption = prediction.Labels is null
            ? "The images whose class is least certain."
            : "The images whose right class got the smallest probability: what they are, and what they were classified as.";
        return report.Add(
            new ReportSection(
                "Classes",
                new ReportTable
                {
                    Columns = [new ReportColumn("class"), new ReportColumn("images taken for it", IsNumeric: true)],
                    Rows = [.. names.Select((x, k) => (IReadOnlyList<string>)[x, Whole(Enumerable.Range(0, prediction.Count).Count(i => prediction.Likeliest(i) == k))])],
                }),
            new ReportSection(
                "The hardest",
                new ImageGrid
                {
                    ImageWidth = names.All(static x => x.Length <= 2) ? 64 : 100,
                    Images =
                    [
                        .. unsure.Select(i => Small(
                            prediction,
                            i,
                            prediction.Labels is { } labels
                                ? $"{names[labels[i]]} → {names[prediction.Likeliest(i)]}"
                                : $"{names[prediction.Likeliest(i)]} {ProgressText.Percent(prediction.Probabilities[i].Max())}")),
                    ],
                    Caption = caption,
                }));
    }

    private static double Confidence(Prediction prediction, int image) =>
        prediction.Labels is { } labels ? prediction.Probabilities[image][labels[image]] : prediction.Probabilities[image].Max();

    private static GridImage Small(Prediction prediction, int image, string label) =>
        new(prediction.Classifier.Columns, prediction.Classifier.Rows, [.. prediction.Image(image).ToArray().Select(static x => x / 255.0)], label);

    private static double[] Times(int count) => [.. Enumerable.Range(0, count).Select(i => (double)i / (count - 1))];

    private static string Name(Prediction prediction, int index) => prediction.Classifier.Collection.ClassNames[index];

    private static string Whole(int value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
