using System.Text;
using System.Text.Json;

namespace NeuralOde.Persistence;

/// <summary>
/// A model with all that it needs to be made again: what kind it is, its settings as text, its tensors, and notes such as the command that made it. One safetensors
/// file, written whole or not at all.
/// </summary>
/// <remarks>
/// The metadata hold <c>neuralode.kind</c>, <c>neuralode.title</c> (the kind in people's words, so that any reader can name a file of another kind),
/// <c>neuralode.version</c>, and <c>neuralode.settings</c> and <c>neuralode.notes</c> as JSON objects of strings.
/// </remarks>
/// <example>
/// <code>
/// var kind = new ModelKind("pendulum", "a model of a pendulum");
/// new ModelFile(kind, [("length", "0.5")], [SafeTensor.Create&lt;double&gt;("weight", [1.5], [1])]).Save("pendulum.safetensors");
/// ModelFile file = ModelFile.Load("pendulum.safetensors", kind);
/// double length = file.Number("length", static x => x > 0);
/// </code>
/// </example>
public sealed partial class ModelFile
{
    private const string KindKey = "neuralode.kind";
    private const string TitleKey = "neuralode.title";
    private const string VersionKey = "neuralode.version";
    private const string SettingsKey = "neuralode.settings";
    private const string NotesKey = "neuralode.notes";

    /// <summary>What the metadata of files of the formats before this one had.</summary>
    private static readonly (string Key, string Title)[] s_earlier =
    [
        ("neuralode.series_model", "a forecast model of series"),
        ("neuralode.latent_forecaster", "a latent forecast model of series"),
        ("neuralode.latent_classifier", "a classifier of series"),
        ("neuralode.image_classifier", "an image classifier"),
        ("neuralode.spiral_model", "a model of spirals"),
        ("neuralode.checkpoint", "a checkpoint of a training run"),
    ];

    private readonly SafeTensorsFile _file;
    private readonly OrderedDictionary<string, string> _settings;
    private readonly OrderedDictionary<string, string> _notes;

    /// <summary>Puts a file together.</summary>
    /// <param name="kind">What kind of model it holds.</param>
    /// <param name="settings">What the model is made from, as names and values; no name twice.</param>
    /// <param name="tensors">The tensors; no name twice.</param>
    /// <param name="notes">Further text, such as the command that made the model; none by default.</param>
    /// <exception cref="ArgumentException">A name stands twice.</exception>
    public ModelFile(
        ModelKind kind, IEnumerable<(string Name, string Value)> settings, IEnumerable<SafeTensor> tensors, IEnumerable<KeyValuePair<string, string>>? notes = null)
    {
        ArgumentNullException.ThrowIfNull(kind);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(tensors);
        (Kind, Title, Version) = (kind.Name, kind.Title, kind.Version);
        _file = new SafeTensorsFile(kind.Title, [.. tensors], new Dictionary<string, string>());
        _settings = new(settings.Select(static x => KeyValuePair.Create(x.Name, x.Value)), StringComparer.Ordinal);
        _notes = new(notes ?? [], StringComparer.Ordinal);
    }

    private ModelFile(SafeTensorsFile file, string kind, string title, int version)
    {
        (_file, Kind, Title, Version) = (file, kind, title, version);
        _settings = Texts(SettingsKey);
        _notes = Texts(NotesKey);
    }

    /// <summary>The path that the file was read from; the kind's title where it was not read.</summary>
    public string Name => _file.Name;

    /// <summary>The name of the kind, such as <c>series</c>.</summary>
    public string Kind { get; }

    /// <summary>The kind in people's words, with an article.</summary>
    public string Title { get; }

    /// <summary>The version of the kind's format.</summary>
    public int Version { get; }

    /// <summary>What the model is made from, in order.</summary>
    public IReadOnlyDictionary<string, string> Settings => _settings;

    /// <summary>Further text, in order.</summary>
    public IReadOnlyDictionary<string, string> Notes => _notes;

    /// <summary>The tensors.</summary>
    public IReadOnlyList<SafeTensor> Tensors => _file.Tensors;

    /// <summary>The tensor of a name.</summary>
    /// <param name="name">The exact name.</param>
    /// <exception cref="SafeTensorsException">There is no such tensor; the message lists those there are.</exception>
    public SafeTensor this[string name] => _file[name];

    /// <summary>Loads a model file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="kinds">The kinds that will do; none for any.</param>
    /// <returns>The file.</returns>
    /// <exception cref="ModelFileException">The file is not a model file, one of another kind or version, or damaged. The message says what it is.</exception>
    /// <exception cref="SafeTensorsException">The file is no valid safetensors file.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    public static ModelFile Load(string path, params ReadOnlySpan<ModelKind> kinds)
    {
        ModelKind[] wanted = kinds.ToArray();
        SafeTensorsFile file = SafeTensors.Load(path);
        string isWanted = wanted.Length == 0 ? "" : $", and {string.Join(" or ", wanted.Select(static x => x.Title))} is wanted";
        if (!file.Metadata.TryGetValue(KindKey, out string? kind))
        {
            string? earlier = s_earlier.FirstOrDefault(x => file.Metadata.ContainsKey(x.Key)).Title;
            throw earlier is null
                ? Fault(ModelFileReason.NotModelFile, $"it is a safetensors file, but it does not say what its tensors mean{isWanted}.", "Take a file that a model was saved to.")
                : Fault(ModelFileReason.EarlierFormat, $"it is {earlier} in the format of an earlier version, which is not read any more.", "Train the model again.");
        }

        string title = TitleOf(file, kind);
        if (!int.TryParse(file.Metadata.GetValueOrDefault(VersionKey), NumberStyles.None, CultureInfo.InvariantCulture, out int version))
        {
            throw Fault(ModelFileReason.Damaged, "it does not say which version of its format it has.", "Copy it again, or train the model again.");
        }

        ModelKind? found = Array.Find(wanted, x => x.Name == kind);
        if (wanted.Length > 0 && found is null)
        {
            throw Fault(ModelFileReason.WrongKind, $"it is {title}{isWanted}.", null);
        }

        return found is null || found.Version == version
            ? new ModelFile(file, kind, title, version)
            : throw Fault(
                ModelFileReason.OtherVersion,
                $"it is {title} in version {version} of the format, and this version of the library reads version {found.Version}.",
                "Use the version that wrote it, or train the model again.");

        ModelFileException Fault(ModelFileReason reason, string fault, string? advice) => new(path, reason, fault, advice) { Wanted = wanted };
    }

    /// <summary>Writes the file whole or not at all (see <see cref="AtomicFile"/>).</summary>
    /// <param name="path">The file; an existing one is replaced once the new one is whole.</param>
    /// <exception cref="IOException">Writing failed; an old file stays as it was.</exception>
    public void Save(string path) => SafeTensors.Save(
        path,
        Tensors,
        new Dictionary<string, string>
        {
            [KindKey] = Kind,
            [TitleKey] = Title,
            [VersionKey] = Version.ToString(CultureInfo.InvariantCulture),
            [SettingsKey] = Json(_settings),
            [NotesKey] = Json(_notes),
        });

    /// <summary>The tensors whose names begin with a prefix, without it, such as those of one module.</summary>
    /// <param name="prefix">The prefix, with its dot.</param>
    /// <returns>The part.</returns>
    public SafeTensorsFile Part(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        return new(Name, [.. Tensors.Where(x => x.Name.StartsWith(prefix, StringComparison.Ordinal)).Select(x => x.Renamed(x.Name[prefix.Length..]))], _file.Metadata);
    }

    /// <summary>Checks that the tensors are as large as the settings say, before memory for a model of that size is taken.</summary>
    /// <param name="atLeast">How many values a model of these settings has at least.</param>
    /// <exception cref="ModelFileException">The file holds fewer.</exception>
    public void RequireValues(long atLeast)
    {
        long count = Tensors.Sum(static x => (long)x.Count);
        if (count < atLeast)
        {
            throw Damaged(string.Create(CultureInfo.InvariantCulture, $"by its settings it has {atLeast:N0} values or more, and it holds {count:N0}"));
        }
    }

    /// <summary>The failure of a setting whose value is not allowed.</summary>
    /// <param name="name">The setting.</param>
    /// <param name="inner">The cause, where there is one.</param>
    /// <returns>What to throw.</returns>
    public ModelFileException Wrong(string name, Exception? inner = null) => Damaged($"the setting '{name}' is '{Shorten(Setting(name))}', which cannot be", inner);

    /// <summary>The failure of a file whose description is damaged.</summary>
    /// <param name="fault">What is wrong with it, as a part of a sentence.</param>
    /// <param name="inner">The cause, where there is one.</param>
    /// <returns>What to throw.</returns>
    public ModelFileException Damaged(string fault, Exception? inner = null) =>
        new(Name, ModelFileReason.Damaged, $"its description of {Title} is damaged: {fault}.", "Copy the file again, or train the model again.", inner);

    /// <summary>The failure of a file whose settings are not allowed.</summary>
    /// <param name="cause">What is wrong with them.</param>
    /// <returns>What to throw.</returns>
    public ModelFileException Damaged(NeuralOdeException cause)
    {
        ArgumentNullException.ThrowIfNull(cause);
        return new(Name, ModelFileReason.Damaged, $"its description of {Title} is damaged. {cause.Problem}", "Copy the file again, or train the model again.", cause);
    }

    private static string TitleOf(SafeTensorsFile file, string kind) =>
        file.Metadata.TryGetValue(TitleKey, out string? title) && title.Length is > 0 and < 100 && !title.Any(char.IsControl) ? title : $"a model of the kind '{Shorten(kind)}'";

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..60] + "…";

    private OrderedDictionary<string, string> Texts(string key)
    {
        var texts = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        try
        {
            using var document = JsonDocument.Parse(_file.Metadata.GetValueOrDefault(key) ?? throw Damaged($"there is no '{key}'"));
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                if (!texts.TryAdd(property.Name, property.Value.GetString() ?? ""))
                {
                    throw Damaged($"'{Shorten(property.Name)}' stands twice in '{key}'");
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Damaged($"'{key}' is not a list of names and texts", e);
        }

        return texts;
    }

    private static string Json(OrderedDictionary<string, string> texts) => Json(json =>
    {
        json.WriteStartObject();
        foreach ((string name, string value) in texts)
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
    });

    private static string Json(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            write(json);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
