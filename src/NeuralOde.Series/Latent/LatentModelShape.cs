using System.Text.Json;
using NeuralOde.Blocks;
using NeuralOde.Fields;
using NeuralOde.Layers;
using NeuralOde.Layers.Recurrent;
using NeuralOde.Persistence;
using NeuralOde.Solvers;
using NeuralOde.Tensors;

namespace NeuralOde.Series.Latent;

/// <summary>The sizes of a latent model of standardized series, from which it is made anew when a file is loaded.</summary>
internal sealed record LatentModelShape
{
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
        var field = new Mlp(Latent, Widths, Latent, random: random).AsField();
        var ode = new OdeBlock(field)
        {
            Solver = new Tsit5(),
            Steps = new AdaptiveSteps { RelativeTolerance = RelativeTolerance, AbsoluteTolerance = 0.1 * RelativeTolerance, MaxSteps = 2_000 },
        };
        return new LatentOde(encoder, ode, new Linear(Latent, Components, random: random), FirstNoise, learnsNoise: true, Components);
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("shape");
        json.WriteNumber("components", Components);
        json.WriteNumber("covariates", Covariates);
        json.WriteNumber("latent", Latent);
        json.WriteNumber("units", Units);
        json.WriteStartArray("widths");
        foreach (int width in Widths)
        {
            json.WriteNumberValue(width);
        }

        json.WriteEndArray();
        json.WriteString("encoder", Encoder == SeriesEncoderKind.Gru ? "gru" : "ode-rnn");
        json.WriteNumber("relative_tolerance", RelativeTolerance);
        json.WriteEndObject();
    }

    /// <exception cref="FormatException">A size cannot be.</exception>
    public static LatentModelShape Read(JsonElement json)
    {
        JsonElement shape = json.GetProperty("shape");
        double tolerance = shape.GetProperty("relative_tolerance").GetDouble();
        return new LatentModelShape
        {
            Components = Size(shape.GetProperty("components"), 1),
            Covariates = Size(shape.GetProperty("covariates"), 0),
            Latent = Size(shape.GetProperty("latent"), 1),
            Units = Size(shape.GetProperty("units"), 1),
            Widths = [.. shape.GetProperty("widths").EnumerateArray().Select(static x => Size(x, 1))],
            Encoder = shape.GetProperty("encoder").GetString() switch
            {
                "gru" => SeriesEncoderKind.Gru,
                "ode-rnn" => SeriesEncoderKind.OdeRnn,
                var other => throw new FormatException($"there is no encoder '{other}'."),
            },
            RelativeTolerance = tolerance > 0 && double.IsFinite(tolerance) ? tolerance : throw new FormatException("its tolerance is not above 0."),
        };
    }

    // A file must not make a program ask for more memory than a model of this kind could need.
    private static int Size(JsonElement number, int least) =>
        number.GetInt32() is var size && size >= least && size <= 10_000 ? size : throw new FormatException(FormattableString.Invariant($"a size of {size} cannot be."));
}
