using NeuralOde.Experiments.Images;
using NeuralOde.Experiments.Mnist;
using NeuralOde.Series.Tables;
using NeuralOde.Solvers;

namespace NeuralOde.Cli.Predict;

/// <summary>What <c>neuralode predict</c> does.</summary>
internal static class PredictRun
{
    private const int Listed = 20;
    private const int Alternatives = 3;
    private const string Mnist = "mnist";

    public static int Start(CommandContext context, CommandValues parsed, PredictCommand.PredictOptions options)
    {
        string modelPath = parsed.GetValue(options.Model)!, imagesPath = parsed.GetValue(options.Images)!;
        string? report = parsed.GetValue(options.Report), output = parsed.GetValue(options.Out), labelsPath = parsed.GetValue(options.Labels);
        OutputFiles.Check(imagesPath, ("--report", report), ("--out", output));
        OutputFiles.Check(modelPath, ("--report", report), ("--out", output));
        Prediction prediction = UserFault.Checked(() =>
        {
            ImageClassifier classifier = ClassifierFile.Load(modelPath);
            if (options.Settings.IsGiven(parsed))
            {
                classifier = classifier.With(x => options.Settings.Apply(MnistModelOptions.Inference, x, parsed));
            }

            return Read(classifier, imagesPath, labelsPath);
        });
        try
        {
            prediction = prediction with { Probabilities = prediction.Classifier.ClassifyAll(prediction.Pixels, cancellationToken: context.CancellationToken) };
        }
        catch (OdeSolveException e)
        {
            throw new CommandException($"{e.Problem} Use smaller steps (--step) or a looser tolerance (--rtol).", ExitCode.Failure, e);
        }

        Say(context.Out, prediction);
        if (output is not null)
        {
            AtomicFile.WriteText(output, writer => WriteCsv(writer, prediction));
            context.Out.WriteLine($"Wrote the predictions to {output}");
        }

        if (report is not null)
        {
            AtomicFile.WriteText(report, PredictReport.Create(prediction, context.CommandLine).ToHtml());
            context.Out.WriteLine($"Wrote the report to {report}");
        }

        return ExitCode.Success;
    }

    private static Prediction Read(ImageClassifier classifier, string imagesPath, string? labelsPath)
    {
        InputFiles.Check(imagesPath, "a picture or an idx file");
        byte[] start = new byte[8];
        using (FileStream stream = File.OpenRead(imagesPath))
        {
            stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        }

        if (!PngFile.IsPng(start))
        {
            return ReadIdx(classifier, imagesPath, labelsPath);
        }

        CommandException.ThrowIf(labelsPath is not null, "--labels goes with an idx file of images; a picture has no labels.");
        GrayImage picture = PngFile.ReadGray(imagesPath);
        return new Prediction(classifier, imagesPath, Pixels(classifier, picture), null, picture, []);
    }

    private static byte[] Pixels(ImageClassifier classifier, GrayImage picture)
    {
        if (classifier.Collection.Name == Mnist && (classifier.Rows, classifier.Columns) == (DigitImage.FieldSize, DigitImage.FieldSize))
        {
            return DigitImage.From(picture);
        }

        return (picture.Rows, picture.Columns) == (classifier.Rows, classifier.Columns)
            ? [.. picture.Values.ToArray().Select(static x => (byte)Math.Clamp((int)MathF.Round(255 * x), 0, 255))]
            : throw new CommandException(
                $"The picture has {picture.Columns}x{picture.Rows} pixels, and this model of {classifier.Collection.Title} takes {classifier.Columns}x{classifier.Rows}. "
                    + $"Scale it to that size, light on dark; only digits are scaled automatically.");
    }

    private static Prediction ReadIdx(ImageClassifier classifier, string imagesPath, string? labelsPath)
    {
        IdxFile images;
        try
        {
            images = IdxFile.Read(imagesPath);
        }
        catch (ImageFileException e) when (e.Reason == ImageFileReason.NotIdx)
        {
            throw new CommandException($"'{imagesPath}' is neither a PNG picture nor an idx file. Save the picture as PNG, or name one of the data set's files.", inner: e);
        }

        CommandException.ThrowIf(
            images.Lengths.Count != 3,
            $"'{imagesPath}' holds an array {images}, and images have three axes: images, rows, columns."
                + $"{(images.Lengths.Count == 1 ? " It is a file of labels; name it with --labels." : "")}");
        CommandException.ThrowIf(
            (images.Lengths[1], images.Lengths[2]) != (classifier.Rows, classifier.Columns) || images.Lengths[0] == 0,
            $"'{imagesPath}' holds {images.Lengths[0]} images of {images.Lengths[1]}x{images.Lengths[2]} pixels, and this model takes one or more of "
                + $"{classifier.Rows}x{classifier.Columns}.");
        byte[]? labels = null;
        if (labelsPath is not null)
        {
            InputFiles.Check(labelsPath, "a picture or an idx file");
            labels = ImageDataset.From(images, IdxFile.Read(labelsPath), classifier.Collection.ClassNames).Labels.ToArray();
        }

        return new Prediction(classifier, imagesPath, images.Elements.ToArray(), labels, null, []);
    }

    private static void Say(TextWriter writer, Prediction prediction)
    {
        IReadOnlyList<string> names = prediction.Classifier.Collection.ClassNames;
        if (prediction.Count == 1)
        {
            writer.WriteLine($"{prediction.Path}: {names[prediction.Likeliest(0)]} ({ProgressText.Percent(prediction.Probabilities[0].Max())})");
            int width = names.Max(static x => x.Length);
            foreach (int i in prediction.Order(0))
            {
                writer.WriteLine($"  {names[i].PadRight(width)} {ProgressText.Percent(prediction.Probabilities[0][i]),9}");
            }
        }
        else
        {
            for (int i = 0; i < Math.Min(Listed, prediction.Count); i++)
            {
                string likely = string.Join(", ", prediction.Order(i).Take(Alternatives).Select(k => $"{names[k]} {ProgressText.Percent(prediction.Probabilities[i][k])}"));
                string wrong = prediction.Labels is { } labels && labels[i] != prediction.Likeliest(i) ? $"   (it is {names[labels[i]]})" : "";
                writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{i,7:N0}  {likely}{wrong}"));
            }

            if (prediction.Count > Listed)
            {
                writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"... and {prediction.Count - Listed:N0} more; --out FILE.csv writes them all."));
            }
        }

        if (prediction.Correct is int correct)
        {
            writer.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"{correct:N0} of {prediction.Count:N0} right ({ProgressText.Percent((double)correct / prediction.Count)})."));
        }
    }

    private static void WriteCsv(TextWriter writer, Prediction prediction)
    {
        IReadOnlyList<string> names = prediction.Classifier.Collection.ClassNames;
        bool isLabeled = prediction.Labels is not null;
        var csv = new CsvWriter(writer, ["image", "class", "name", .. isLabeled ? ["label"] : Array.Empty<string>(), .. names.Select(static x => $"p({x})")]);
        for (int i = 0; i < prediction.Count; i++)
        {
            int likeliest = prediction.Likeliest(i);
            csv.Add(i).Add(likeliest).Add(names[likeliest]);
            if (prediction.Labels is { } labels)
            {
                csv.Add(labels[i]);
            }

            foreach (double p in prediction.Probabilities[i])
            {
                csv.Add(p);
            }

            csv.EndRow();
        }
    }
}
