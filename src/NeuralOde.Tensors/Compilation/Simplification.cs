namespace NeuralOde.Tensors;

/// <summary>Identities that hold exactly in floating point, and rewrites that spare a pass over memory.</summary>
internal static class Simplification
{
    /// <summary>A node that is equal to the operation's value and cheaper, or <see langword="null"/>.</summary>
    public static GraphNode? Apply(GraphBuilder graph, Operation operation, GraphNode[] inputs) => operation switch
    {
        Detach => inputs[0],
        Reshape reshape => OfReshape(graph, reshape, inputs[0]),
        BroadcastTo broadcast when inputs[0].Shape == broadcast.Target => inputs[0],
        Unary unary => OfUnary(graph, unary, inputs[0]),
        Binary binary => OfBinary(graph, binary, inputs[0], inputs[1]),
        MatrixMultiply multiply => OfMatrixMultiply(graph, multiply, inputs[0], inputs[1]),
        Slice slice => OfSlice(graph, slice, inputs[0]),
        Transpose { Order: { Rank: 2 } order } when order[0] == 1 => OfMatrixTranspose(graph, inputs[0]),
        TurnWeight turn when inputs[0].Operation is TurnWeight other && other.Stride == turn.Stride && other.Back != turn.Back => inputs[0].Inputs[0],
        Reduction reduction => OfReduction(graph, reduction, inputs[0]),
        _ => null,
    };

    /// <summary>One element's sum, and the largest of one, is itself: a batch of one costs no reductions.</summary>
    private static GraphNode? OfReduction(GraphBuilder graph, Reduction reduction, GraphNode x) =>
        x.Shape.Slice(reduction.FirstAxis..(reduction.FirstAxis + reduction.AxisCount)).ElementCount == 1
            ? graph.Add(new Reshape(reduction.InferShape([x.Shape])), x)
            : null;

    private static GraphNode? OfReshape(GraphBuilder graph, Reshape reshape, GraphNode x) =>
        x.Shape == reshape.Target ? x
        : x.Operation is Reshape ? graph.Add(reshape, x.Inputs[0])
        : null;

    private static GraphNode? OfUnary(GraphBuilder graph, Unary unary, GraphNode x)
    {
        if (unary.Function == UnaryFunctions.Negate && IsNegation(x))
        {
            return x.Inputs[0];
        }

        // Reshapes move behind element-wise work, so that a product, its bias and its activation become neighbors.
        return x.Operation is Reshape ? graph.Add(new Reshape(x.Shape), graph.Add(unary, x.Inputs[0])) : null;
    }

    private static GraphNode? OfBinary(GraphBuilder graph, Binary binary, GraphNode x, GraphNode y)
    {
        Shape shape = binary.InferShape([x.Shape, y.Shape]);
        switch (binary.Function)
        {
            case BinaryFunction.Multiply when y.IsScalarConstant(1) && x.Shape == shape:
            case BinaryFunction.Divide when y.IsScalarConstant(1) && x.Shape == shape:
            case BinaryFunction.Subtract when y.IsScalarConstant(0) && x.Shape == shape:
                return x;
            case BinaryFunction.Multiply when x.IsScalarConstant(1) && y.Shape == shape:
                return y;
            case BinaryFunction.Multiply when y.IsScalarConstant(-1) && x.Shape == shape:
                return graph.Add(new Unary(UnaryFunctions.Negate), x);
            case BinaryFunction.Multiply when x.IsScalarConstant(-1) && y.Shape == shape:
                return graph.Add(new Unary(UnaryFunctions.Negate), y);
            case BinaryFunction.Multiply when x == y:
                return graph.Add(new Unary(UnaryFunctions.Square), x);
            case BinaryFunction.Multiply when IsSquareOf(x, y):
                return graph.Add(new Unary(UnaryFunctions.Cube), y);
            case BinaryFunction.Multiply when IsSquareOf(y, x):
                return graph.Add(new Unary(UnaryFunctions.Cube), x);
            case BinaryFunction.Add when IsNegation(y):
                return graph.Add(new Binary(BinaryFunction.Subtract), x, y.Inputs[0]);
            case BinaryFunction.Add when IsNegation(x):
                return graph.Add(new Binary(BinaryFunction.Subtract), y, x.Inputs[0]);
            case BinaryFunction.Subtract when IsNegation(y):
                return graph.Add(new Binary(BinaryFunction.Add), x, y.Inputs[0]);
        }

        // An operand that is repeated to the other's shape need not be written out.
        if (x.Operation is BroadcastTo && Fits(x.Inputs[0], y))
        {
            return graph.Add(binary, x.Inputs[0], y);
        }

        if (y.Operation is BroadcastTo && Fits(x, y.Inputs[0]))
        {
            return graph.Add(binary, x, y.Inputs[0]);
        }

        // Both operands reshaped alike, or a row added to a reshaped matrix: the reshape moves behind.
        if (x.Operation is Reshape && y.Operation is Reshape && x.Shape == y.Shape && x.Inputs[0].Shape == y.Inputs[0].Shape)
        {
            return graph.Add(new Reshape(shape), graph.Add(binary, x.Inputs[0], y.Inputs[0]));
        }

        if (x.Operation is Reshape && x.Shape == shape && BroadcastsBehindReshape(x.Inputs[0].Shape, shape, y.Shape))
        {
            return graph.Add(new Reshape(shape), graph.Add(binary, x.Inputs[0], y));
        }

        if (y.Operation is Reshape && y.Shape == shape && BroadcastsBehindReshape(y.Inputs[0].Shape, shape, x.Shape))
        {
            return graph.Add(new Reshape(shape), graph.Add(binary, x, y.Inputs[0]));
        }

        return null;

        bool Fits(GraphNode a, GraphNode b) => Shape.Broadcast(a.Shape, b.Shape) == shape;
    }

    /// <summary>Whether adding a row or a scalar before the reshape is the same as adding it afterwards.</summary>
    private static bool BroadcastsBehindReshape(Shape before, Shape after, Shape other) =>
        before.Rank > 0 && other.Rank <= 1 && (other.ElementCount == 1 || (after.Rank > 0 && before[-1] == after[-1] && other[-1] == after[-1]));

    private static bool IsNegation(GraphNode x) => x.Operation is Unary unary && unary.Function == UnaryFunctions.Negate;

    private static bool IsSquareOf(GraphNode square, GraphNode x) => square.Operation is Unary unary && unary.Function == UnaryFunctions.Square && square.Inputs[0] == x;

    private static GraphNode? OfMatrixMultiply(GraphBuilder graph, MatrixMultiply multiply, GraphNode left, GraphNode right)
    {
        if (IsMatrixTranspose(left))
        {
            return graph.Add(multiply with { TransposeLeft = !multiply.TransposeLeft }, left.Inputs[0], right);
        }

        return IsMatrixTranspose(right) ? graph.Add(multiply with { TransposeRight = !multiply.TransposeRight }, left, right.Inputs[0]) : null;
    }

    /// <summary>(A·B)ᵀ = Bᵀ·Aᵀ: the product is written the other way round at no cost.</summary>
    private static GraphNode? OfMatrixTranspose(GraphBuilder graph, GraphNode x) => x.Operation switch
    {
        Transpose => x.Inputs[0],
        MatrixMultiply multiply => graph.Add(new MatrixMultiply(!multiply.TransposeRight, !multiply.TransposeLeft), x.Inputs[1], x.Inputs[0]),
        _ => null,
    };

    private static bool IsMatrixTranspose(GraphNode x) => x.Shape.Rank == 2 && x.Operation is Transpose { Order: var order } && order[0] == 1;

    private static GraphNode? OfSlice(GraphBuilder graph, Slice slice, GraphNode x)
    {
        if (x.Operation is Pad pad && pad.Axis == slice.Axis && pad.Start == slice.Start && x.Inputs[0].Shape[slice.Axis] == slice.Length)
        {
            return x.Inputs[0];
        }

        if (x.Operation is Concatenate concatenate && concatenate.Axis == slice.Axis)
        {
            int start = 0;
            foreach (GraphNode part in x.Inputs)
            {
                int length = part.Shape[slice.Axis];
                if (slice.Start >= start && slice.Start + slice.Length <= start + length)
                {
                    return slice.Length == length ? part : graph.Add(slice with { Start = slice.Start - start }, part);
                }

                start += length;
            }
        }

        return null;
    }
}
