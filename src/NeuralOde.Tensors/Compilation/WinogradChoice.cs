namespace NeuralOde.Tensors;

/// <summary>
/// Takes Winograd's method for the convolutions that are faster so: 3x3 kernels with stride 1, and 4x4 kernels with stride 2, of many channels. In programs, weights that depend on
/// parameters only are transformed once a parameter has changed; outside of programs at every call.
/// </summary>
internal static class WinogradChoice
{
    /// <summary>What a transform takes for each element of a tile's points, in multiply-adds; measured.</summary>
    private const double CostOfElement = 13;

    /// <summary>The method must promise so much less time than direct sums.</summary>
    private const double Gain = 0.85;

    /// <summary>Copies the graph that the outputs need into another, with methods chosen.</summary>
    public static GraphNode[] Apply(IReadOnlyList<GraphNode> nodes, GraphNode[] outputs, GraphBuilder target)
    {
        var copies = new GraphNode[nodes.Count];
        foreach (GraphNode node in nodes)
        {
            GraphNode[] inputs = Array.ConvertAll(node.Inputs, x => copies[x.Id]);
            copies[node.Id] = node.Kind switch
            {
                NodeKind.Input => target.Input(node.InputIndex, node.Shape),
                NodeKind.Operation => Choose(target, node.Operation!, inputs) ?? target.AddAsIs(node.Operation!, inputs),
                _ => target.Capture(node.Tensor!),
            };
        }

        return Array.ConvertAll(outputs, x => copies[x.Id]);
    }

    /// <summary>Whether a graph has anything to choose.</summary>
    public static bool Concerns(IReadOnlyList<GraphNode> nodes) =>
        nodes.Any(static x => x.Operation is Convolution or ConvolutionLayer or ConvolutionDataGradient or ConvolutionActivationGradient or ConvolutionWeightGradient);

    /// <summary>The tile that promises the least time for a convolution or its input's gradient; 0 where direct sums do.</summary>
    /// <param name="s">The sizes of the convolution.</param>
    /// <param name="backward">Whether it is the input's gradient.</param>
    /// <param name="transformsWeight">Whether the weight is transformed for this run alone.</param>
    public static int Tile(in ConvolutionSizes s, bool backward = false, bool transformsWeight = false)
    {
        bool isStrided = s is { KernelHeight: 4, KernelWidth: 4, Stride: 2 };
        if (!(isStrided || s is { KernelHeight: 3, KernelWidth: 3, Stride: 1 }) || s.Images == 0)
        {
            return 0;
        }

        double pairs = (double)s.Channels * s.Outputs;
        double least = Gain * s.Images * Terms(s.OutputHeight, s.Height, s) * Terms(s.OutputWidth, s.Width, s) * pairs;
        int best = 0;
        for (int tile = isStrided ? Winograd.StridedTile : 2; tile <= (isStrided ? Winograd.StridedTile : Winograd.MaxTile); tile++)
        {
            var sizes = WinogradSizes.Of(s, tile);
            sizes = backward ? sizes.Backward : sizes;
            double cost = sizes.MultiplyAdds + (CostOfElement * (sizes.TransformedElements + (transformsWeight ? sizes.WeightLength : 0)));
            if (cost < least)
            {
                (least, best) = (cost, tile);
            }
        }

        return best;
    }

    /// <summary>
    /// Runs a convolution or one of its gradients in tiles, outside of a program.
    /// </summary>
    /// <returns>The result, or null where direct sums are faster or asked for.</returns>
    public static Tensor? TryRun(Operation operation, Tensor[] inputs)
    {
        if (ComputeSettings.Current.Convolution != ConvolutionMethod.Automatic
            || Sizes(operation, inputs[0].Shape, inputs[1].Shape, transformsWeight: operation is not ConvolutionWeightGradient) is not { } sizes)
        {
            return null;
        }

        (Tensor first, Tensor second) = (inputs[0].Detach(), inputs[1].Detach());
        return operation is ConvolutionWeightGradient
            ? new WinogradWeightGradient(sizes).Apply(first, second)
            : new WinogradConvolution(operation.Name, sizes, false, null).Apply(first, new WinogradWeight(sizes.OfWeight).Apply(second));
    }

    private static GraphNode? Choose(GraphBuilder graph, Operation operation, GraphNode[] inputs)
    {
        // A weight that changes at every run would be transformed at every run.
        bool hasWeight = operation is Convolution or ConvolutionLayer or ConvolutionDataGradient or ConvolutionActivationGradient;
        if ((hasWeight && !inputs[1].IsStatic) || inputs.Length < 2 || Sizes(operation, inputs[0].Shape, inputs[1].Shape) is not { } sizes)
        {
            return null;
        }

        if (operation is ConvolutionWeightGradient)
        {
            return graph.AddAsIs(new WinogradWeightGradient(sizes), inputs);
        }

        GraphNode weight = graph.AddAsIs(new WinogradWeight(sizes.OfWeight), inputs[1]);
        Operation tiled = operation switch
        {
            ConvolutionLayer layer => new WinogradConvolution(layer.Product.Name, sizes, layer.HasStart, layer.Activation),
            ConvolutionActivationGradient gradient => new WinogradActivationGradient(sizes, gradient.Function),
            _ => new WinogradConvolution(operation.Name, sizes, false, null),
        };
        return graph.AddAsIs(tiled, [inputs[0], weight, .. inputs[2..]]);
    }

    /// <summary>The sizes in tiles of a convolution or one of its gradients, where the method is faster.</summary>
    private static WinogradSizes? Sizes(Operation operation, Shape first, Shape second, bool transformsWeight = false)
    {
        bool backward = operation is ConvolutionDataGradient or ConvolutionActivationGradient;
        ConvolutionSizes? found = operation switch
        {
            Convolution convolution => convolution.Sizes(first, second),
            ConvolutionLayer layer => layer.Product.Sizes(first, second),
            ConvolutionDataGradient gradient => gradient.Sizes(first, second),
            ConvolutionActivationGradient gradient => gradient.Product.Sizes(first, second),
            ConvolutionWeightGradient gradient => gradient.Sizes(first, second),
            _ => null,
        };
        if (found is not { } sizes || Tile(sizes, backward, transformsWeight) is not (> 0 and var tile))
        {
            return null;
        }

        var tiled = WinogradSizes.Of(sizes, tile);
        return backward ? tiled.Backward : tiled;
    }

    /// <summary>The terms along one axis, over all places: those on zeros outside of the image are left out of direct sums.</summary>
    private static int Terms(int places, int length, in ConvolutionSizes s)
    {
        int terms = 0;
        for (int place = 0; place < places; place++)
        {
            int first = (place * s.Stride) - s.Padding;
            terms += Math.Clamp(Math.Min(first + s.KernelHeight, length) - Math.Max(first, 0), 0, s.KernelHeight);
        }

        return terms;
    }
}
