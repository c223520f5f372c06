namespace NeuralOde.Cli.Shell;

/// <summary>A picture as a file: SVG, or PNG by a program of the user's that draws SVG.</summary>
internal static class FigureFile
{
    public static CommandOption<string?> Option() => Options.Text(
        "--figure", "Writes the picture as SVG, or as PNG by the first found of rsvg-convert, inkscape and a Chromium browser.", "FILE.svg|png");

    /// <summary>Checks the ending, and for PNG that there is a program, before there is a picture.</summary>
    /// <param name="path">The file; null where none was asked for.</param>
    /// <returns>What <see cref="Write"/> needs.</returns>
    /// <exception cref="CommandException">The ending is another, or no program draws PNG.</exception>
    public static PngProgram? Check(string? path)
    {
        OutputFiles.CheckEndings(("--figure", path, [".svg", ".png"]));
        if (path is null || !IsPng(path))
        {
            return null;
        }

        return PngProgram.Find() ?? throw new CommandException(
            $"--figure {path} needs a program that draws PNG: {string.Join(", ", PngProgram.Names)} were looked for, and none was found. Name a file that ends "
                + $"in .svg, or install one.");
    }

    /// <summary>Writes the picture.</summary>
    /// <param name="path">The file.</param>
    /// <param name="drawing">The picture.</param>
    /// <param name="program">What <see cref="Check"/> found.</param>
    /// <exception cref="CommandException">The program failed.</exception>
    public static void Write(string path, Drawing drawing, PngProgram? program)
    {
        string svg = drawing.ToSvg();
        if (program is null)
        {
            AtomicFile.WriteText(path, svg);
        }
        else
        {
            byte[] png = program.Draw(svg);
            AtomicFile.Write(path, stream => stream.Write(png));
        }
    }

    private static bool IsPng(string path) => Path.GetExtension(path).Equals(".png", StringComparison.OrdinalIgnoreCase);
}
