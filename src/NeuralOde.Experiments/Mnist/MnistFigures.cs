namespace NeuralOde.Experiments.Mnist;

/// <summary>The pictures of a trained classifier.</summary>
internal sealed class MnistFigures(MnistOutcome outcome)
{
    private const int MostPoints = 300;
    private const int WorstImages = 40;
    private static readonly FigureAxis s_epoch = new("epoch");

    /// <summary>Loss and accuracy over training.</summary>
    public PanelGrid Curves()
    {
        (double[] at, double[] losses, double[] wrong) = Bins();
        (double[] epochs, ImageTrainingEpoch[] ends) = Epochs();
        string measured = $"{outcome.Data.MeasuredName} images";
        return new PanelGrid
        {
            PanelHeight = 230,
            Panels =
            [
                new Figure { Title = "Cross entropy", XAxis = s_epoch, YAxis = new FigureAxis("loss") { Scale = AxisScale.Logarithmic } }
                    .Line(at, losses, "during training", new LineStyle { Color = PaletteColor.SkyBlue, Width = 1.6 })
                    .Line(epochs, [.. ends.Select(static x => x.MeasuredLoss)], measured, new LineStyle { Color = PaletteColor.Vermillion, Width = 1.8 })
                    .Points(epochs, [.. ends.Select(static x => x.MeasuredLoss)], null, new PointStyle { Color = PaletteColor.Vermillion, Size = 7 }),
                new Figure { Title = "Share classified wrong", XAxis = s_epoch, YAxis = new FigureAxis("wrong", "%") { Scale = AxisScale.Logarithmic } }
                    .Line(at, wrong, "during training", new LineStyle { Color = PaletteColor.SkyBlue, Width = 1.6 })
                    .Line(epochs, [.. ends.Select(static x => 100 * (1 - x.MeasuredAccuracy))], measured, new LineStyle { Color = PaletteColor.Vermillion, Width = 1.8 })
                    .Points(epochs, [.. ends.Select(static x => 100 * (1 - x.MeasuredAccuracy))], null, new PointStyle { Color = PaletteColor.Vermillion, Size = 7 }),
            ],
        };
    }

    /// <summary>What a training step's solve and its gradient cost, epoch by epoch.</summary>
    public Figure Evaluations()
    {
        (double[] epochs, ImageTrainingEpoch[] ends) = Epochs();
        return new Figure { XAxis = s_epoch, YAxis = new FigureAxis("evaluations per training step") { Include = [0] }, Height = 300 }
            .Line(epochs, [.. ends.Select(static x => x.ForwardEvaluations)], "forward", new LineStyle { Color = PaletteColor.Blue, Width = 1.8 })
            .Points(epochs, [.. ends.Select(static x => x.ForwardEvaluations)], null, new PointStyle { Color = PaletteColor.Blue, Size = 7 })
            .Line(epochs, [.. ends.Select(static x => x.BackwardEvaluations)], "backward", new LineStyle { Color = PaletteColor.Orange, Width = 1.8, Dash = LineDash.DashDot })
            .Points(epochs, [.. ends.Select(static x => x.BackwardEvaluations)], null, new PointStyle { Color = PaletteColor.Orange, Size = 7 });
    }

    /// <summary>Which class was taken for which.</summary>
    public Figure Confusion(ClassifierEvaluation test)
    {
        IReadOnlyList<string> names = outcome.Collection.ClassNames;
        double[,] counts = new double[names.Count, names.Count];
        for (int row = 0; row < names.Count; row++)
        {
            for (int column = 0; column < names.Count; column++)
            {
                // Rows of a heat map run up; the first class is at the top. None has no place on a logarithmic scale and stays empty.
                counts[names.Count - 1 - row, column] = test.Confusion[row, column];
            }
        }

        return new Figure
        {
            XAxis = new FigureAxis("classified as") { Categories = names },
            YAxis = new FigureAxis("is") { Categories = [.. names.Reverse()] },
            Height = 480,
            Caption = "How many test images of each class were classified as which; empty cells are none.",
        }.Heat(
            counts,
            HeatBounds.Categories(names.Count, names.Count),
            new FigureAxis("images") { Scale = AxisScale.Logarithmic },
            static x => x > 0 ? x.ToString("0", CultureInfo.InvariantCulture) : "");
    }

    /// <summary>The test images whose right class was given the least probability.</summary>
    public ImageGrid Worst(ClassifierEvaluation test)
    {
        IReadOnlyList<string> names = outcome.Collection.ClassNames;
        int[] worst =
        [
            .. Enumerable.Range(0, test.Losses.Length).Where(i => test.Predicted[i] != outcome.Data.Test.Labels[i]).OrderByDescending(i => test.Losses[i]).Take(WorstImages),
        ];
        bool isShort = names.All(static x => x.Length <= 2);
        return new ImageGrid
        {
            ImageWidth = isShort ? 64 : 100,
            Images =
            [
                .. worst.Select(i => new GridImage(
                    outcome.Data.Test.Columns,
                    outcome.Data.Test.Rows,
                    [.. outcome.Data.Test.Image(i).ToArray().Select(static x => x / 255.0)],
                    $"{names[outcome.Data.Test.Labels[i]]} → {names[test.Predicted[i]]}")),
            ],
            Caption = $"The right class, and what it was classified as. "
                + $"{worst.Length} of {test.Losses.Length - test.Correct} errors, those with the smallest probability of the right class first.",
        };
    }

    private (double[] At, ImageTrainingEpoch[] Ends) Epochs() =>
        ([.. outcome.Result.History.Epochs.Select(static x => (double)x.Number)], [.. outcome.Result.History.Epochs]);

    /// <summary>Means over stretches of training steps, at most a given number of them.</summary>
    private (double[] At, double[] Losses, double[] Wrong) Bins()
    {
        IReadOnlyList<ImageTrainingStep> steps = outcome.Result.History.Steps;
        int count = Math.Min(MostPoints, steps.Count);
        double perEpoch = (outcome.Data.Training.Count + outcome.Training.Batches.BatchSize - 1) / outcome.Training.Batches.BatchSize;
        double[] at = new double[count];
        double[] losses = new double[count];
        double[] wrong = new double[count];
        for (int k = 0; k < count; k++)
        {
            int first = (int)((long)k * steps.Count / count), end = (int)((long)(k + 1) * steps.Count / count);
            double images = 0, correct = 0, loss = 0;
            for (int i = first; i < end; i++)
            {
                (images, correct, loss) = (images + steps[i].Images, correct + steps[i].Correct, loss + (steps[i].Loss * steps[i].Images));
            }

            at[k] = 0.5 * (first + end) / perEpoch;
            losses[k] = loss / images;

            // A stretch without an error has no place on a logarithmic scale.
            wrong[k] = correct < images ? 100 * (1 - (correct / images)) : double.NaN;
        }

        return (at, losses, wrong);
    }
}
