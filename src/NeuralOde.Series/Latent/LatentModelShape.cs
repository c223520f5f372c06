using NeuralOde.Blocks;
using NeuralOde.Fields;

namespace NeuralOde.Series.Latent;

/// <summary>The sizes of a latent model of standardized series, from which it is made anew when a file is loaded.</summary>
internal sealed record LatentModelShape
{
    /// <summary>By <see cref="SeriesEncoderKind"/>.</summary>
    private static readonly string[] s_encoderNames = ["gru", "ode-rnn"];

    public required int Components { get; init; }

    public required int Covariates { get; init; }

    public required int Latent { get; init; }

    public required int Units { get; init; }

    public required IReadOnlyList<int> Widths { get; init => field = ValueList.From(value); }

    public required SeriesEncoderKind Encoder { get; init; }

    public required double RelativeTolerance { get; init; }

    /// <summary>The model with its first values. Every value is read together with whether it was observed, so that any may be missing.</summary>
    public LatentOde Create(RandomSource random)
    {
        // A standardized component explains nothing at first: its deviation is 1, and half of that a start that neither end is far from.
        const double FirstNoise = 0.5;
        int inputs = Components + Covariates;
        SeriesEncoder encoder = Encoder == SeriesEncoderKind.Gru
            ? new GruEncoder(inputs, Units, Latent, readsMask: true, random)
            : new OdeRnnEncoder(new Mlp(Units, [Units], Units, random: random).AsField(), inputs, Units, Latent, readsMask: true, random: random);
        LayerField field = new Mlp(Latent, Widths, Latent, random: random).AsField();
        var ode = new OdeBlock(field)
        {
            Solver = new Tsit5(),
            Steps = new AdaptiveSteps { RelativeTolerance = RelativeTolerance, AbsoluteTolerance = 0.1 * RelativeTolerance, MaxSteps = 2_000 },
        };
        return new LatentOde(encoder, ode, new Linear(Latent, Components, random: random), FirstNoise, learnsNoise: true, Components);
    }

    public IEnumerable<(string Name, string Value)> ToSettings() =>
    [
        ("components", Text(Components)),
        ("covariate count", Text(Covariates)),
        ("latent states", Text(Latent)),
        ("encoder units", Text(Units)),
        ("widths", string.Join(',', Widths.Select(static x => Text(x)))),
        ("encoder", s_encoderNames[(int)Encoder]),
        ("relative tolerance", Text(RelativeTolerance)),
    ];

    /// <exception cref="ModelFileException">A size cannot be.</exception>
    public static LatentModelShape From(ModelFile file)
    {
        // A file must not make a program ask for more memory than a model of this kind could need.
        const int Most = 10_000;
        int encoder = Array.IndexOf(s_encoderNames, file.Setting("encoder"));
        return new LatentModelShape
        {
            Components = file.Whole("components", 1, Most),
            Covariates = file.Whole("covariate count", 0, Most),
            Latent = file.Whole("latent states", 1, Most),
            Units = file.Whole("encoder units", 1, Most),
            Widths = file.Wholes("widths", 1, Most),
            Encoder = encoder >= 0 ? (SeriesEncoderKind)encoder : throw file.Wrong("encoder"),
            RelativeTolerance = file.Number("relative tolerance", static x => x > 0),
        };
    }

    private static string Text<T>(T value) where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);
}
