namespace NeuralOde.Experiments.Images;

/// <summary>Brings a picture of any size into the form of MNIST's images, so that a model of them can be asked about it.</summary>
/// <remarks>
/// As the data set's authors describe their images (LeCun, Cortes, Burges): the digit is scaled, keeping its proportions, into a box of 20x20 pixels, with
/// gray levels where an edge crosses a pixel, and put into a field of 28x28 so that its center of mass is the field's center. Here the digit is what differs from
/// the picture's rim, whether dark on light or light on dark.
/// </remarks>
public static class DigitImage
{
    /// <summary>Height and width of the field, in pixels.</summary>
    public const int FieldSize = 28;

    private const int BoxSize = 20;

    // What is fainter than this share of the strongest stroke is taken for paper.
    private const float FaintestInk = 0.15f;

    /// <summary>Converts a picture.</summary>
    /// <param name="picture">The picture. One of 28x28 pixels with a black rim is in MNIST's form already and stays as it is.</param>
    /// <returns>28 rows of 28 pixels, 0 black to 255 white: the digit is light on dark.</returns>
    /// <exception cref="ArgumentException">The picture is of one brightness everywhere.</exception>
    public static byte[] From(GrayImage picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        if (picture.Rows == FieldSize && picture.Columns == FieldSize && Rim(picture).Max() == 0)
        {
            return [.. picture.Values.ToArray().Select(static x => ToByte(x))];
        }

        float[] ink = Ink(picture);
        (int top, int left, int height, int width) = Box(ink, picture.Rows, picture.Columns);

        // Each pixel of the box is the mean of the piece of the picture that it covers.
        double scale = Math.Max(height, width) / (double)BoxSize;
        int rows = Math.Clamp((int)Math.Round(height / scale), 1, BoxSize), columns = Math.Clamp((int)Math.Round(width / scale), 1, BoxSize);
        double[,] small = new double[rows, columns];
        double mass = 0, massDown = 0, massRight = 0;
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                double value = Mean(
                    ink,
                    picture.Columns,
                    top + (row * (double)height / rows),
                    top + ((row + 1) * (double)height / rows),
                    left + (column * (double)width / columns),
                    left + ((column + 1) * (double)width / columns));
                small[row, column] = value;
                mass += value;
                massDown += value * (row + 0.5);
                massRight += value * (column + 0.5);
            }
        }

        int down = Place(massDown / mass, rows), right = Place(massRight / mass, columns);
        byte[] field = new byte[FieldSize * FieldSize];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
            {
                field[((down + row) * FieldSize) + right + column] = ToByte((float)small[row, column]);
            }
        }

        return field;
    }

    /// <summary>
    /// Where the box begins so that its center of mass lies in the pixel that follows the field's center, as it does in every image of MNIST, and all of it
    /// stays within.
    /// </summary>
    private static int Place(double center, int length) => Math.Clamp((int)Math.Ceiling((FieldSize / 2.0) - center), 0, FieldSize - length);

    /// <summary>How much each pixel differs from the rim, in the direction in which most differ; the strongest is 1.</summary>
    private static float[] Ink(GrayImage picture)
    {
        float[] rim = [.. Rim(picture).Order()];
        float paper = rim[rim.Length / 2];
        float darkest = 1, lightest = 0;
        foreach (float x in picture.Values)
        {
            (darkest, lightest) = (Math.Min(darkest, x), Math.Max(lightest, x));
        }

        if (darkest == lightest)
        {
            throw ImageFileException.Blank();
        }

        bool isDarkOnLight = paper - darkest > lightest - paper;
        float strongest = isDarkOnLight ? paper - darkest : lightest - paper;
        return Array.ConvertAll(picture.Values.ToArray(), x =>
        {
            float ink = (isDarkOnLight ? paper - x : x - paper) / strongest;
            return ink < FaintestInk ? 0 : ink;
        });
    }

    private static IEnumerable<float> Rim(GrayImage picture)
    {
        for (int column = 0; column < picture.Columns; column++)
        {
            yield return picture[0, column];
            yield return picture[picture.Rows - 1, column];
        }

        for (int row = 0; row < picture.Rows; row++)
        {
            yield return picture[row, 0];
            yield return picture[row, picture.Columns - 1];
        }
    }

    /// <summary>The smallest rectangle that holds all ink.</summary>
    private static (int Top, int Left, int Height, int Width) Box(float[] ink, int rows, int columns)
    {
        (int top, int left, int bottom, int right) = (rows, columns, -1, -1);
        for (int i = 0; i < ink.Length; i++)
        {
            if (ink[i] > 0)
            {
                (top, bottom) = (Math.Min(top, i / columns), Math.Max(bottom, i / columns));
                (left, right) = (Math.Min(left, i % columns), Math.Max(right, i % columns));
            }
        }

        return (top, left, bottom - top + 1, right - left + 1);
    }

    /// <summary>The mean over a rectangle whose edges may cut pixels.</summary>
    private static double Mean(float[] ink, int columns, double top, double bottom, double left, double right)
    {
        double sum = 0;
        for (int row = (int)top; row < bottom; row++)
        {
            double share = Math.Min(row + 1, bottom) - Math.Max(row, top);
            for (int column = (int)left; column < right; column++)
            {
                // Past the last pixel by rounding only, where the share is next to nothing.
                if (share > 1e-9 && Math.Min(column + 1, right) - Math.Max(column, left) is > 1e-9 and var part)
                {
                    sum += share * part * ink[(row * columns) + column];
                }
            }
        }

        return sum / ((bottom - top) * (right - left));
    }

    private static byte ToByte(float value) => (byte)Math.Clamp((int)MathF.Round(value * 255), 0, 255);
}
