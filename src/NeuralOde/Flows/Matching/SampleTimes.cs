using NeuralOde.Fields;

namespace NeuralOde.Flows.Matching;

/// <summary>Whether a field takes a time for each sample, <c>[batch, 1]</c>, and treats samples one by one.</summary>
internal static class SampleTimes
{
    /// <summary>Compares what the field makes of a batch with two times with what it makes of each time for a whole batch in which the other samples differ.</summary>
    /// <exception cref="ArgumentException">The two differ, or the field cannot be computed.</exception>
    public static void Check<T>(VectorField field, int batch, int dimension, IReadOnlyList<FieldInput> inputs)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const double First = 0.25, Second = 0.75;
        var random = new RandomSource(17);
        ProgramInput[] further = [new("z", [batch, dimension]), .. inputs.Select(static x => new ProgramInput(x.Name, x.Shape))];
        using IDisposable noUpdates = BufferUpdates.Disable();
        var common = Program<T>.Compile(x => [Velocity(field, x, inputs)], [new("t", Shape.Scalar), .. further]);
        ArgumentException.ThrowIf(
            common.OutputShapes[0] != new Shape([batch, dimension]), $"The field takes points {new Shape([batch, dimension])} and returns "
                + $"{common.OutputShapes[0]}.", nameof(field));
        Program<T> single;
        try
        {
            single = Program<T>.Compile(x => [Velocity(field, x, inputs)], [new("t", [batch, 1]), .. further]);
        }
        catch (ArgumentException e)
        {
            throw new ArgumentException(
                "Flow matching gives the field a time for each sample, [batch, 1], and this field cannot be computed with it. Let time enter by broadcasting, "
                    + $"as AsField(TimeInput.Concatenated) does. The field's own message: {e.Message}",
                nameof(field),
                e);
        }

        for (int i = 1; i <= further.Length; i++)
        {
            random.FillNormal(common.Input(i));
            common.Input(i).CopyTo(single.Input(i));
        }

        for (int i = 0; i < batch; i++)
        {
            single.Input(0)[i] = T.CreateTruncating(i % 2 == 0 ? First : Second);
        }

        ArgumentException.ThrowIf(
            single.OutputShapes[0] != common.OutputShapes[0], $"With a time for each sample the field returns {single.OutputShapes[0]} instead of "
                + $"{common.OutputShapes[0]}.", nameof(field));
        single.Run();
        foreach (int parity in (ReadOnlySpan<int>)[0, 1])
        {
            // The other samples are others here, so that a sample that sees them comes out different.
            random.FillNormal(common.Input(1));
            for (int i = parity; i < batch; i += 2)
            {
                single.Input(1).Slice(i * dimension, dimension).CopyTo(common.Input(1)[(i * dimension)..]);
            }

            common.Input(0)[0] = T.CreateTruncating(parity == 0 ? First : Second);
            common.Run();
            Compare(common.Output(0), single.Output(0), dimension, parity);
        }
    }

    private static Tensor Velocity(VectorField field, Tensor[] x, IReadOnlyList<FieldInput> inputs)
    {
        var values = new FieldInputs();
        for (int i = 0; i < inputs.Count; i++)
        {
            values[inputs[i].Name] = x[2 + i];
        }

        return field.Forward(x[0], x[1], values);
    }

    private static void Compare<T>(ReadOnlySpan<T> common, ReadOnlySpan<T> single, int dimension, int parity)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double size = 0, difference = 0;
        for (int i = 0; i < common.Length; i++)
        {
            double value = double.CreateTruncating(common[i]);
            size = Math.Max(size, Math.Abs(value));
            if (i / dimension % 2 == parity)
            {
                difference = Math.Max(difference, Math.Abs(value - double.CreateTruncating(single[i])));
            }
        }

        // Sums in another order differ by some roundings; a sample that sees other times differs by much more.
        double bound = Math.Sqrt(double.CreateTruncating(T.BitIncrement(T.One) - T.One)) * Math.Max(size, double.Epsilon);
        ArgumentException.ThrowIf(
            !(difference <= bound),
            "Flow matching gives the field a time for each sample, [batch, 1], and this field's value at a sample depends on the other samples or on their times. "
                + "Let time enter by broadcasting, as AsField(TimeInput.Concatenated) does, and normalize over a sample rather than over the batch.",
            "field");
    }
}
