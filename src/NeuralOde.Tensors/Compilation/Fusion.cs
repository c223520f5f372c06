namespace NeuralOde.Tensors;

/// <summary>Joins operations that one kernel does in one pass: a matrix product or a convolution with its bias, its activation, or an activation's derivative.</summary>
internal static class Fusion
{
    /// <summary>Copies the graph that the outputs need into another, with operations joined where the intermediate value has one reader.</summary>
    public static GraphNode[] Apply(IReadOnlyList<GraphNode> nodes, GraphNode[] outputs, GraphBuilder target)
    {
        int[] uses = new int[nodes.Count];
        bool[] needed = new bool[nodes.Count];
        foreach (GraphNode output in outputs)
        {
            needed[output.Id] = true;
            uses[output.Id]++;
        }

        for (int i = nodes.Count - 1; i >= 0; i--)
        {
            if (needed[i])
            {
                foreach (GraphNode input in nodes[i].Inputs)
                {
                    needed[input.Id] = true;
                    uses[input.Id]++;
                }
            }
        }

        var copies = new GraphNode[nodes.Count];
        var single = new HashSet<GraphNode>();
        foreach (GraphNode node in nodes)
        {
            // Inputs stay even where nobody reads them: they are the program's signature.
            if (!needed[node.Id] && node.Kind != NodeKind.Input)
            {
                continue;
            }

            GraphNode[] inputs = Array.ConvertAll(node.Inputs, x => copies[x.Id]);
            copies[node.Id] = node.Kind switch
            {
                NodeKind.Input => target.Input(node.InputIndex, node.Shape),
                NodeKind.Operation => WeightLayout.Choose(target, node.Operation!, inputs) ?? Join(target, node.Operation!, inputs, single) ?? target.Add(node.Operation!, inputs),
                _ => target.Capture(node.Tensor!),
            };
            if (uses[node.Id] == 1)
            {
                single.Add(copies[node.Id]);
            }
        }

        return Array.ConvertAll(outputs, x => copies[x.Id]);
    }

    private static GraphNode? Join(GraphBuilder graph, Operation operation, GraphNode[] inputs, HashSet<GraphNode> single)
    {
        switch (operation)
        {
            case Binary { Function: BinaryFunction.Add }:
                return JoinBias(graph, inputs[0], inputs[1], single) ?? JoinBias(graph, inputs[1], inputs[0], single);
            case Unary { Function: var function } when inputs[0].Operation is LinearLayer { Activation: null } linear && single.Contains(inputs[0]) && function.JoinsLayers:
                return graph.Add(linear with { Activation = function }, inputs[0].Inputs);
            case Unary { Function: var function } when inputs[0].Operation is ConvolutionLayer { Activation: null } layer && single.Contains(inputs[0]) && function.JoinsLayers:
                return graph.Add(layer with { Activation = function }, inputs[0].Inputs);
            case Unary { Function: var function } when inputs[0].Operation is Convolution convolution && single.Contains(inputs[0]) && function.JoinsLayers:
                return graph.Add(new ConvolutionLayer(convolution, false, function), inputs[0].Inputs);
            case ActivationGradient { Function: var function }
                when inputs[0].Operation is ConvolutionDataGradient gradient && single.Contains(inputs[0]):
                return graph.Add(new ConvolutionActivationGradient(gradient, function), inputs[0].Inputs[0], inputs[0].Inputs[1], inputs[1]);
            case ActivationGradient { Function: var function }
                when inputs[0].Operation is MatrixMultiply multiply && inputs[0].Shape.Rank == 2 && single.Contains(inputs[0]):
                return graph.Add(new MatrixMultiplyActivationGradient(multiply, function), inputs[0].Inputs[0], inputs[0].Inputs[1], inputs[1]);
            default:
                return null;
        }
    }

    private static GraphNode? JoinBias(GraphBuilder graph, GraphNode product, GraphNode bias, HashSet<GraphNode> single)
    {
        if (!single.Contains(product) || product.IsStatic)
        {
            return null;
        }

        Shape shape = product.Shape;
        return product.Operation switch
        {
            Convolution convolution when ConvolutionLayer.CanStartFrom(bias.Shape, shape) =>
                graph.Add(new ConvolutionLayer(convolution, true, null), product.Inputs[0], product.Inputs[1], bias),
            MatrixMultiply multiply when shape.Rank == 2
                && bias.Shape.ElementCount == shape[1] && bias.Shape.Rank is 1 or 2 && bias.Shape[-1] == shape[1] && (bias.Shape.Rank == 1 || bias.Shape[0] == 1) =>
                graph.Add(new LinearLayer(multiply, null), product.Inputs[0], product.Inputs[1], bias),
            _ => null,
        };
    }
}
