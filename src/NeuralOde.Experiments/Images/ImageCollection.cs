namespace NeuralOde.Experiments.Images;

/// <summary>A published set of images in MNIST's four files: what it is called, where to download it, and how it is found.</summary>
/// <param name="Name">The name on a command line, and of a folder.</param>
/// <param name="Title">The name in a text.</param>
/// <param name="ClassNames">What the classes are called.</param>
/// <param name="Scale">How pixels become inputs of a model.</param>
/// <param name="Home">Where to download the files, as text with addresses.</param>
public sealed record ImageCollection(string Name, string Title, IReadOnlyList<string> ClassNames, PixelScale Scale, string Home)
{
    /// <summary>The environment variable that names the folder of data sets where a program does not.</summary>
    public const string EnvironmentVariable = "NEURALODE_DATA";

    /// <summary>Handwritten digits (LeCun, Cortes, Burges 1998): 60,000 and 10,000 images of 28x28 pixels.</summary>
    public static ImageCollection Mnist { get; } = new(
        "mnist",
        "MNIST",
        ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
        PixelScale.Mnist,
        "https://ossci-datasets.s3.amazonaws.com/mnist/ or https://storage.googleapis.com/cvdf-datasets/mnist/ (copies of http://yann.lecun.com/exdb/mnist/)");

    /// <summary>Articles of clothing (Xiao, Rasul, Vollgraf 2017, arXiv 1708.07747), in MNIST's form.</summary>
    public static ImageCollection FashionMnist { get; } = new(
        "fashion-mnist",
        "Fashion-MNIST",
        ["T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot"],
        PixelScale.FashionMnist,
        "https://github.com/zalandoresearch/fashion-mnist (folder data/fashion)");

    /// <summary>All sets that are known by name.</summary>
    public static IReadOnlyList<ImageCollection> All { get; } = [Mnist, FashionMnist];

    /// <summary>Finds and loads one part.</summary>
    /// <param name="folder">
    /// The folder with the files, or one in which a folder of this set's <see cref="Name"/> holds them; where null, what the environment variable
    /// <c>NEURALODE_DATA</c> names.
    /// </param>
    /// <param name="split">Which part.</param>
    /// <returns>The images.</returns>
    /// <exception cref="ImageFileException">
    /// The files are not there (the message says which are needed and where to download them), a file is damaged, or images and labels do not fit
    /// together.
    /// </exception>
    public ImageDataset Load(string? folder, ImageSplit split) => LoadFrom(Find(folder), split);

    /// <summary>Finds the folder that holds all four files.</summary>
    /// <param name="folder">As in <see cref="Load"/>.</param>
    /// <returns>The folder.</returns>
    /// <exception cref="ImageFileException">The files are not there; the message says which are needed and where to download them.</exception>
    public string Find(string? folder)
    {
        string? root = folder ?? Environment.GetEnvironmentVariable(EnvironmentVariable);
        if (string.IsNullOrWhiteSpace(root))
        {
            throw ImageFileException.NotFound(root ?? "", $"No folder with {Title} is named.", $"Give one, or set {EnvironmentVariable} to it. {Needs}");
        }

        // The folder of this name first: one that holds several sets may hold one of them loose.
        string[] places = [Path.Combine(root, Name), root];
        foreach (string place in places)
        {
            if (!Missing(place).Any())
            {
                return place;
            }
        }

        string fault = $"{Title} cannot be read: there is no folder '{root}'.";
        if (Directory.Exists(root))
        {
            string nearest = Directory.Exists(places[0]) ? places[0] : root;
            fault = $"{Title} is not in '{nearest}': missing there {(Missing(nearest).Count() == 1 ? "is" : "are")} {string.Join(", ", Missing(nearest))}.";
        }

        throw ImageFileException.NotFound(root, fault, Needs);
    }

    /// <summary>Loads one part from the very folder that holds its files.</summary>
    internal ImageDataset LoadFrom(string directory, ImageSplit split)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        string prefix = Prefixes[(int)split];
        return ImageDataset.From(IdxFile.Read(Required(images: true)), IdxFile.Read(Required(images: false)), ClassNames);

        string Required(bool images) => FileOf(directory, prefix, images)
            ?? throw ImageFileException.NotFound(directory, $"{Title} is not in '{directory}': {NameOf(prefix, images)} is missing.", Needs);
    }

    private static string[] Prefixes => ["train", "t10k"];

    private static string NameOf(string prefix, bool images) => images ? $"{prefix}-images-idx3-ubyte" : $"{prefix}-labels-idx1-ubyte";

    private static IEnumerable<(string Prefix, bool Images)> Files => Prefixes.SelectMany(static prefix => new[] { (prefix, true), (prefix, false) });

    private static IEnumerable<string> Missing(string directory) =>
        Files.Where(x => FileOf(directory, x.Prefix, x.Images) is null).Select(static x => NameOf(x.Prefix, x.Images));

    private static string? FileOf(string directory, string prefix, bool images)
    {
        string name = NameOf(prefix, images);
        string dotted = name.Replace("-idx", ".idx", StringComparison.Ordinal);
        string[] names = [name, name + ".gz", dotted, dotted + ".gz"];
        return names.Select(x => Path.Combine(directory, x)).FirstOrDefault(File.Exists);
    }

    /// <summary>Which files are needed and where to download them, in two sentences.</summary>
    public string Needs =>
        $"The data set needs {string.Join(", ", Files.Select(static x => NameOf(x.Prefix, x.Images)))}, plain or compressed (.gz). Download them from {Home}.";
}
