using NeuralOde.Distributed;
using NeuralOde.Equations.Data;
using NeuralOde.Equations.Fitting;
using NeuralOde.Equations.Language;
using NeuralOde.Equations.Simulation;
using NeuralOde.Experiments.Dynamics;
using NeuralOde.Experiments.Images;
using NeuralOde.Flows.Divergences;
using NeuralOde.Sensitivities;
using NeuralOde.Series.Densities;
using NeuralOde.Series.Notes;
using NeuralOde.Series.Tables;
using NeuralOde.Settings;
using NeuralOde.Solvers;

namespace NeuralOde.Cli.Shell;

/// <summary>
/// What a user of the tool can do about a failure: the one place where the library's reasons become options. Every reason is listed; null passes on what the
/// library advises, because no option bears on it.
/// </summary>
internal static class OptionAdvice
{
    private static readonly Dictionary<Enum, string?> s_byReason = new()
    {
        [TableReason.NotText] = null,
        [TableReason.NoHeader] = null,
        [TableReason.UnnamedColumn] = null,
        [TableReason.DuplicateColumn] = null,
        [TableReason.FieldCount] = null,
        [TableReason.Quote] = null,
        [TableReason.NoRows] = null,
        [TableReason.NoSuchColumn] = null,
        [TableReason.NoTimeColumn] = "Name the column that holds the times with --time, or give --time-format row to count the rows.",
        [TableReason.ColumnUsedTwice] = "Each column goes with one of --time, --series, --states and --covariates, and is named there once.",
        [TableReason.NoStateColumn] = "Check the file, or name the columns to learn from with --states.",
        [TableReason.LogOfOtherColumn] = "--log takes columns that are learned, which --states names.",
        [TableReason.EmptyColumn] = "Omit it by naming the other columns with --states.",
        [TableReason.NotANumber] = null,
        [TableReason.MixedColumn] = "Correct the field (a decimal point, no thousands separators, NA where the value is missing), "
            + "or omit the column by naming the others with --states.",
        [TableReason.AmbiguousNumber] = "Say which mark stands before the fraction of a number: --decimal point or --decimal comma.",
        [TableReason.MixedUnits] = "Write all numbers of the column in one unit, or omit the column by naming the others with --states.",
        [TableReason.AmbiguousDate] = "Say whether the day or the month comes first: --time-format dmy or --time-format mdy.",
        [TableReason.NotATime] = null,
        [TableReason.MissingTime] = null,
        [TableReason.MissingSeriesName] = null,
        [TableReason.TimesNotIncreasing] = "Correct one of the times, or take the mean of their values with --equal-times mean.",
        [TableReason.TimesRestart] = "If the file holds several series, name the column that tells them apart with --series; "
            + "otherwise merge rows of equal time: --equal-times mean takes the mean of their values.",
        [TableReason.TooFewRows] = null,
        [TableReason.NotPositive] = "Leave the column out of --log, or write NA where the value was below detection.",
        [TableReason.CovariateChanges] = "Name a column that changes with --states.",
        [TableReason.CovariateMissing] = "Fill it in, or leave the column out of --covariates.",
        [SeriesReason.TooFewPoints] = "Add points, or hold out less with --hold-out.",
        [SeriesReason.HoldOutTooLarge] = "Hold out less with --hold-out.",
        [SeriesReason.NoTrainingValue] = "Hold out less with --hold-out, or omit the column by naming the others with --states.",
        [SeriesReason.NotPositive] = "Leave the column out of --log.",
        [SeriesReason.TooFewSeries] = "Name the column that identifies the series with --series, or omit --model latent for a single series.",
        [SeriesReason.OtherComponents] = null,
        [SeriesReason.UnknownClass] = null,
        [SeriesReason.UnknownSeries] = null,
        [SeriesReason.NothingObserved] = null,
        [SeriesReason.InputMissing] = "Fill it in, or leave the column out of --inputs.",
        [SeriesReason.NotAScaling] = null,
        [TimeReason.NotADate] = null,
        [TimeReason.NotANumber] = null,
        [SeriesFileReason.NotSeriesFile] = null,
        [SeriesFileReason.NoSeries] = null,
        [SeriesFileReason.TimeStamps] = null,
        [SeriesFileReason.NoClasses] = null,
        [SeriesFileReason.UnknownClass] = null,
        [SeriesFileReason.UnequalLengths] = null,
        [SeriesFileReason.NotANumber] = null,
        [SeriesNoteReason.TextColumns] = null,
        [SeriesNoteReason.EmptyColumns] = null,
        [SeriesNoteReason.ComponentNotObserved] = null,
        [SeriesNoteReason.TimesLookLikeDates] = "Give --time-format yyyymmdd if they are dates.",
        [SeriesNoteReason.TimesRead] = null,
        [SeriesNoteReason.NumberSpelling] = null,
        [SeriesNoteReason.NamesFromComment] = null,
        [SeriesNoteReason.RowNames] = null,
        [SeriesNoteReason.HashRows] = null,
        [SeriesNoteReason.IndexColumn] = "Name it with --states if it is to be learned.",
        [SeriesNoteReason.SeriesNamedMissing] = null,
        [SeriesNoteReason.RowsSorted] = null,
        [SeriesNoteReason.RowsMerged] = null,
        [SeriesNoteReason.SeriesLeftOut] = null,
        [SeriesNoteReason.NothingHeldOut] = null,
        [ForecastReason.NotSolvable] = "Choose an earlier --until.",
        [ForecastReason.NotFinite] = "Choose an earlier --until.",
        [ForecastReason.NotAfterData] = "Choose a later --until.",
        [ForecastReason.TooManyValues] = "Choose a larger --step or an earlier --until.",
        [TrainingFailureReason.SolveFailed] = "Try a smaller --learning-rate, or more --steps.",
        [TrainingFailureReason.StepsKeepFailing] = "Check the data for outliers, model positive columns as logarithms with --log, or try a smaller --learning-rate.",
        [TrainingFailureReason.LossNotFinite] = "Try a smaller --learning-rate.",
        [TrainingFailureReason.ProcessesDiffer] = null,
        [TrainingFailureReason.MicroBatchesApart] = "Try a solver with fixed steps, --norm mixed, or --statistics micro-batch.",
        [DistributedReason.NoLibrary] = null,
        [DistributedReason.OtherLibrary] = null,
        [DistributedReason.Unsuitable] = null,
        [DistributedReason.OperationFailed] = null,
        [DistributedReason.WorkFailed] = null,
        [TrainingFailureReason.GradientNotFinite] = "Try a smaller --learning-rate.",
        [DivergenceReason.TooLarge] = null,
        [DensityReason.TooFewRows] = "Add rows, name fewer columns with --columns, or hold out another share with --hold-out.",
        [DensityReason.TooFewColumns] = "Check the file, name the columns with --columns, or choose another --method.",
        [DensityReason.ConstantColumn] = "Leave it out by naming the other columns with --columns.",
        [DensityReason.DependentColumns] = "Leave the column out by naming the others with --columns.",
        [DensityReason.MissingValue] = "Fill it in, leave the row out, or name other columns with --columns.",
        [DensityReason.NotFinite] = null,
        [WindowReason.Duration] = "Choose another --window-min or --window-max.",
        [WindowReason.TooShort] = "Choose a larger --window-max.",
        [WindowReason.TooMany] = "Choose a smaller --windows or --window-max.",
        [SolveStatus.Success] = null,
        [SolveStatus.StepTooSmall] = null,
        [SolveStatus.NotFinite] = null,
        [SolveStatus.InitialStateNotFinite] = null,
        [SolveStatus.ParameterNaN] = null,
        [SolveStatus.NewtonFailed] = null,
        [SolveStatus.Terminated] = null,
        [SolveStatus.EventsAccumulate] = null,
        [SolveStatus.StepLimit] = null,
        [SolveStatus.Canceled] = null,
        [SettingReason.WrongValue] = null,
        [SettingReason.Missing] = null,
        [SettingReason.DoesNotApply] = null,
        [SettingReason.Conflict] = null,
        [ImageFileReason.NotFound] = null,
        [ImageFileReason.NotPng] = null,
        [ImageFileReason.NotIdx] = null,
        [ImageFileReason.Blank] = null,
        [ImageFileReason.Damaged] = null,
        [ImageFileReason.Unsupported] = null,
        [ImageFileReason.TooLarge] = null,
        [ImageFileReason.WrongAxes] = null,
        [ImageFileReason.OtherCount] = null,
        [ImageFileReason.UnknownClass] = null,
        [SafeTensorsReason.NotSafeTensors] = null,
        [SafeTensorsReason.CutOff] = null,
        [SafeTensorsReason.Damaged] = null,
        [SafeTensorsReason.Unsupported] = null,
        [SafeTensorsReason.MissingTensor] = null,
        [SafeTensorsReason.UnknownTensor] = null,
        [SafeTensorsReason.WrongShape] = null,
        [SafeTensorsReason.WrongType] = null,
        [SafeTensorsReason.WrongValue] = null,
        [ModelFileReason.NotModelFile] = null,
        [ModelFileReason.WrongKind] = null,
        [ModelFileReason.EarlierFormat] = null,
        [ModelFileReason.OtherVersion] = null,
        [GradientWarningReason.ReverseFlow] = "Use --gradient direct.",
        [GradientWarningReason.NotFinite] = null,
        [GradientWarningReason.StepsTooLong] = "Use --gradient gauss, or a smaller --rtol.",
        [ModelFileReason.Damaged] = null,
        [CheckpointReason.OtherSettings] = "Use the options that the run was started with, or start a new run without --resume.",
        [CheckpointReason.OtherModel] = null,
        [CheckpointReason.Damaged] = null,
        [ModelTextReason.Syntax] = null,
        [ModelTextReason.UnknownName] = null,
        [ModelTextReason.UnknownFunction] = null,
        [ModelTextReason.NameTaken] = null,
        [ModelTextReason.Circle] = null,
        [ModelTextReason.MissingEquation] = null,
        [ModelTextReason.Unused] = null,
        [ModelTextReason.Bounds] = null,
        [ModelTextReason.Misplaced] = null,
        [ModelTextReason.NotFinite] = null,
        [ModelTextReason.TooLarge] = null,
        [EquationDataReason.MissingColumn] = null,
        [EquationDataReason.Value] = null,
        [EquationDataReason.Nothing] = null,
        [EquationDataReason.Dose] = null,
        [EquationDataReason.Covariate] = null,
        [EquationDataReason.Input] = null,
        [EquationFitReason.NoStart] = null,
        [EquationFitReason.NoBand] = null,
        [EquationFitReason.NoPopulation] = null,
        [EquationFitReason.ImpossibleValue] = null,
        [EquationFitReason.TooFewValues] = null,
        [EquationSolveReason.UnknownName] = null,
        [EquationSolveReason.Value] = null,
        [EquationSolveReason.NeedsTable] = "Give a table that has them with --data; a covariate may also be set with --set.",
        [EquationSolveReason.NothingToDraw] = "Write priors in the model, or give --estimates with the file that 'neuralode fit --metrics' wrote for it.",
        [EquationSolveReason.NotSolvable] = null,
        [EquationSolveReason.NotExportable] = null,
    };

    /// <summary>By kind of model file, the command that writes one.</summary>
    private static readonly Dictionary<string, string> s_makers = new()
    {
        ["forecast"] = "neuralode fit --save",
        ["series"] = "neuralode fit --quick --save",
        ["latent-series"] = "neuralode fit --model latent --save",
        ["series-classifier"] = "neuralode fit --model latent --save",
        ["image-classifier"] = "neuralode experiment mnist --save",
        ["density"] = "neuralode density --save",
        ["spirals"] = "neuralode experiment latent-spirals --save",
    };

    /// <summary>Whether it was decided what a user is told for a reason.</summary>
    public static bool Covers(Enum reason) => s_byReason.ContainsKey(reason);

    /// <summary>What is wrong and what to do, with the options named.</summary>
    public static string Describe(NeuralOdeException e) =>
        Sentences(e.Problem, (e is ModelFileException file ? Maker(file) : Reason(e) is { } reason ? s_byReason.GetValueOrDefault(reason) : null) ?? e.Advice);

    /// <summary>A remark and what to do, with the options named.</summary>
    public static string Describe(SeriesNote note) => Sentences(note.Problem, s_byReason.GetValueOrDefault(note.Reason) ?? note.Advice);

    /// <summary>How the tool ends: the work failed, or what it was given is wrong.</summary>
    public static int ExitCodeOf(NeuralOdeException e) =>
        e is OdeSolveException or GradientException or TrainingException or EquationSolveException { Reason: EquationSolveReason.NotSolvable }
            or EquationFitException { Reason: EquationFitReason.NoStart }
            or ForecastException { Reason: ForecastReason.NotSolvable or ForecastReason.NotFinite } ? ExitCode.Failure : ExitCode.Usage;

    /// <summary>Which command writes a file of the kind that is wanted; null where that does not help.</summary>
    private static string? Maker(ModelFileException e) =>
        e is { Reason: ModelFileReason.NotModelFile or ModelFileReason.WrongKind or ModelFileReason.EarlierFormat, Wanted: [{ Name: var kind }, ..] }
        && s_makers.TryGetValue(kind, out string? maker) ? $"Use a file that '{maker}' wrote." : null;

    private static string Sentences(string problem, string? advice) => advice is null ? problem : $"{problem} {advice}";

    private static Enum? Reason(NeuralOdeException e) => e switch
    {
        TableException x => x.Reason,
        SeriesException x => x.Reason,
        TimeException x => x.Reason,
        SeriesFileException x => x.Reason,
        ForecastException x => x.Reason,
        TrainingException x => x.Reason,
        OdeSolveException x => x.Reason,
        GradientException x => x.Reason,
        ImageFileException x => x.Reason,
        SettingException x => x.Reason,
        DensityException x => x.Reason,
        WindowException x => x.Reason,
        SafeTensorsException x => x.Reason,
        CheckpointException x => x.Reason,
        ModelFileException x => x.Reason,
        ModelTextException x => x.Reason,
        EquationDataException x => x.Reason,
        EquationFitException x => x.Reason,
        EquationSolveException x => x.Reason,
        _ => null,
    };
}
