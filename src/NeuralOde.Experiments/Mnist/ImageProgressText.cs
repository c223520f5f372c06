namespace NeuralOde.Experiments.Mnist;

/// <summary>The words of a progress line about a classifier.</summary>
internal static class ImageProgressText
{
    public static ProgressMark Mark(ImageTrainingProgress p) => new(p.Step, p.Steps, p.IsEpochEnd, () => Line(p), room => Short(p, room));

    /// <summary>A whole line of a log about a classifier.</summary>
    public static string Line(ImageTrainingProgress p) => string.Create(
        CultureInfo.InvariantCulture,
        $"epoch {p.Epoch} of {p.Epochs}   step {p.Step,7:N0} of {p.Steps:N0}   loss {ProgressText.Number(p.Loss),8}   right {ProgressText.Percent(p.Accuracy),7}   "
            + $"{(p.IsEpochEnd && double.IsFinite(p.MeasuredAccuracy) ? $"measured {ProgressText.Percent(p.MeasuredAccuracy)}   " : "")}{p.ImagesPerSecond,6:N0} "
            + $"images/s{Evaluations(p)}   {ProgressText.Time(p.Remaining)} left");

    /// <summary>The text beside a progress bar of a classifier, the least important parts left out first.</summary>
    public static string Short(ImageTrainingProgress p, int room = 64)
    {
        string epoch = $"epoch {p.Epoch}/{p.Epochs}",
            left = $"{ProgressText.Time(p.Remaining)} left",
            loss = $"loss {ProgressText.Number(p.Loss)}",
            right = $"right {ProgressText.Percent(p.Accuracy)}";
        string measured = double.IsFinite(p.MeasuredAccuracy) ? $"measured {ProgressText.Percent(p.MeasuredAccuracy)}" : "";
        string speed = string.Create(CultureInfo.InvariantCulture, $"{p.ImagesPerSecond:N0}/s");
        return ProgressText.Longest(
            room,
            [epoch, loss, right, measured, speed + Evaluations(p), left],
            [epoch, loss, right, measured, speed, left],
            [epoch, loss, right, measured, left],
            [epoch, right, measured, left],
            [epoch, right, left],
            [epoch, left],
            [epoch]);
    }

    private static string Evaluations(ImageTrainingProgress p) =>
        p.ForwardEvaluations == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"   {p.ForwardEvaluations} + {p.BackwardEvaluations} evaluations");
}
