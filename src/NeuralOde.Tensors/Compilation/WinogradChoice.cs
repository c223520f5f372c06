namespace NeuralOde.Tensors;

/// <summary>
/// Takes Winograd's method for the convolutions that are faster so: 3x3 kernels with stride 1 and many channels. Weights that depend on parameters only are
/// transformed once a parameter has changed.
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

    /// <summary>The tile that promises the least time for a convolution or, where <paramref name="backward"/> says so, for its input's gradient; 0 where direct sums do.</summary>
    public static int Tile(in ConvolutionSizes s, bool backward = false)
    {
        if (s is not { KernelHeight: 3, KernelWidth: 3, Stride: 1 } || s.Images == 0)
        {
            return 0;
        }

        double pairs = (double)s.Channels * s.Outputs;
        double least = Gain * s.Images * Terms(s.OutputHeight, s.Height, s.Padding) * Terms(s.OutputWidth, s.Width, s.Padding) * pairs;
        int best = 0;
        for (int tile = 2; tile <= Winograd.MaxTile; tile++)
        {
            var sizes = WinogradSizes.Of(s, tile);
            sizes = backward ? sizes.Backward : sizes;
            double cost = (double)sizes.TileRows * sizes.TilesAcross * sizes.Points * (pairs + (CostOfElement * (s.Channels + s.Outputs)));
            if (cost < least)
            {
                (least, best) = (cost, tile);
            }
        }

        return best;
    }

    private static GraphNode? Choose(GraphBuilder graph, Operation operation, GraphNode[] inputs)
    {
        Shape[] shapes = Array.ConvertAll(inputs, static x => x.Shape);
        switch (operation)
        {
            case Convolution convolution when Transformed(graph, convolution.Sizes(shapes[0], shapes[1]), inputs[1]) is { } weight:
                return graph.AddAsIs(new WinogradConvolution(convolution.Name, convolution.Padding, false, null), inputs[0], weight);
            case ConvolutionLayer { Product: var product } layer when Transformed(graph, product.Sizes(shapes[0], shapes[1]), inputs[1]) is { } weight:
                return graph.AddAsIs(new WinogradConvolution(product.Name, product.Padding, layer.HasStart, layer.Activation), [inputs[0], weight, .. inputs[2..]]);
            case ConvolutionDataGradient gradient when Transformed(graph, gradient.Sizes(shapes[0], shapes[1]), inputs[1], true) is { } weight:
                return graph.AddAsIs(new WinogradConvolution(gradient.Name, 2 - gradient.Forward.Padding, false, null), inputs[0], weight);
            case ConvolutionActivationGradient { Product: var product } gradient when Transformed(graph, product.Sizes(shapes[0], shapes[1]), inputs[1], true) is { } weight:
                return graph.AddAsIs(new WinogradActivationGradient(2 - product.Forward.Padding, gradient.Function), inputs[0], weight, inputs[2]);
            case ConvolutionWeightGradient gradient when Tile(gradient.Sizes(shapes[0], shapes[1])) is > 0 and var tile:
                return graph.AddAsIs(new WinogradWeightGradient(tile, gradient.Forward.Padding), inputs);
            default:
                return null;
        }
    }

    /// <summary>The transformed weight, where the method is faster and the weight changes with the parameters only.</summary>
    private static GraphNode? Transformed(GraphBuilder graph, in ConvolutionSizes sizes, GraphNode weight, bool backward = false) =>
        weight.IsStatic && Tile(sizes, backward) is > 0 and var tile ? graph.AddAsIs(new WinogradWeight(tile), weight) : null;

    /// <summary>The terms along one axis, over all places: those on zeros outside of the image are left out of direct sums.</summary>
    private static int Terms(int places, int length, int padding)
    {
        int terms = 0;
        for (int place = 0; place < places; place++)
        {
            terms += Math.Clamp(Math.Min(place - padding + 3, length) - Math.Max(place - padding, 0), 0, 3);
        }

        return terms;
    }
}
