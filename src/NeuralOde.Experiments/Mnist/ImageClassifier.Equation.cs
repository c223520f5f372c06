namespace NeuralOde.Experiments.Mnist;

/// <content>What can be asked of the equation within.</content>
public sealed partial class ImageClassifier
{
    /// <summary>Follows the features of one image through the equation.</summary>
    /// <param name="image">Pixels row by row from the top, 0 black to 255 white.</param>
    /// <param name="times">At least two times, rising; the first is 0, where the equation starts. It ends at 1.</param>
    /// <returns>Features and probabilities at the times.</returns>
    /// <remarks>Fixed steps land on every time, so that times that are closer than the classifier's steps make a finer solve than its own.</remarks>
    /// <exception cref="ArgumentException">The image is of another size, or the times do not rise from 0.</exception>
    /// <exception cref="InvalidOperationException">The classifier solves no equation.</exception>
    public FeatureEvolution Evolve(ReadOnlySpan<byte> image, IReadOnlyList<double> times)
    {
        ArgumentNullException.ThrowIfNull(times);
        ArgumentException.ThrowIf(times.Count < 2 || times[0] != 0, "An evolution takes at least two times, of which the first is 0.", nameof(times));
        Tensor input = Inputs(image, 1);
        return Evaluating(() =>
        {
            (Layer[] before, OdeLayer equation, Layer[] after) = Parts();
            Tensor states = equation.Ode.Forward(Apply(before, input), [.. times]);
            Tensor[] each = [.. Enumerable.Range(0, times.Count).Select(i => states.Select(0, i))];
            Shape shape = each[0].Shape;
            return new FeatureEvolution(
                times,
                shape[1],
                shape[2],
                shape[3],
                [.. each.Select(static x => x.ToArray<float>())],
                [.. each.Select(x => Apply(after, x).ToDouble().SoftMax().ToArray<double>())]);
        });
    }

    /// <summary>A classifier with the same parameters that is made another way, such as with another solver.</summary>
    /// <param name="change">What is to be different; not the network's layers or sizes.</param>
    /// <returns>A copy, in evaluation mode; training one does not change the other.</returns>
    /// <exception cref="ArgumentException">The parameters do not fit into the changed network.</exception>
    public ImageClassifier With(Func<MnistModelOptions, MnistModelOptions> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return Copy(change(Options), DType.Float32);
    }

    internal ImageClassifier Copy(MnistModelOptions options, DType dtype)
    {
        Layer network = MnistModels.Create(options, new RandomSource(0), Rows, Columns, Collection.ClassNames.Count, dtype);
        Parameter[] from = Tensors(Network), to = Tensors(network);
        ArgumentException.ThrowIf(
            !from.Select(static x => x.Shape).SequenceEqual(to.Select(static x => x.Shape)),
            "A copy has the layers and sizes of its original. Change how the equation is solved, and nothing else.", nameof(options));
        foreach ((Parameter source, Parameter copy) in from.Zip(to))
        {
            if (dtype == DType.Float32)
            {
                copy.SetValues<float>(source.AsSpan<float>());
            }
            else
            {
                copy.SetValues<double>(source.ToDoubles());
            }
        }

        network.SwitchToEvaluation();
        return new ImageClassifier(network, options, Collection, Rows, Columns);

        static Parameter[] Tensors(Layer network) => [.. network.NamedParameters().Concat(network.NamedBuffers()).Select(static x => x.Item2)];
    }

    /// <summary>The layers before the equation, the equation, and those after it.</summary>
    internal (Layer[] Before, OdeLayer Equation, Layer[] After) Parts()
    {
        IReadOnlyList<Layer> layers = (Network as Sequential)?.Layers ?? [];
        OdeLayer equation = layers.OfType<OdeLayer>().FirstOrDefault()
            ?? throw new InvalidOperationException($"This classifier ({MnistModelOptions.ModelNames[(int)Options.Model]}) solves no equation. Take an odenet or an rknet.");
        return ([.. layers.TakeWhile(x => x != equation)], equation, [.. layers.SkipWhile(x => x != equation).Skip(1)]);
    }

    internal static Tensor Apply(Layer[] layers, Tensor x) => layers.Aggregate(x, static (value, layer) => layer.Forward(value));

    /// <summary>Images as the network takes them.</summary>
    internal Tensor Inputs(ReadOnlySpan<byte> images, int count)
    {
        ArgumentException.ThrowIf(
            images.Length != (long)count * Rows * Columns,
            $"This classifier takes images of {Rows} rows and {Columns} columns, which are {Rows * Columns} pixels; got {images.Length} for {count}.", nameof(images));
        float[] scale = Collection.Scale.Table();
        float[] pixels = new float[images.Length];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = scale[images[i]];
        }

        return Tensor.From(pixels, [count, Rows, Columns, 1]);
    }

    /// <summary>Does something with the network in evaluation mode, without gradients; its mode is afterwards as it was.</summary>
    private T Evaluating<T>(Func<T> work)
    {
        using IDisposable noGradients = GradientMode.Disable();
        using IDisposable evaluation = Network.BeginEvaluation();
        return work();
    }
}
