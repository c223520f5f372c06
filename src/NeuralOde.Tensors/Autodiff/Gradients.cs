namespace NeuralOde.Tensors;

/// <summary>Reverse-mode differentiation. The gradient is made of operations too, so it can be differentiated again.</summary>
public static class Gradients
{
    /// <summary>The gradient of a scalar with respect to some tensors.</summary>
    /// <param name="output">A tensor with one element.</param>
    /// <param name="withRespectTo">Leaves or intermediate results, each of any shape.</param>
    /// <param name="createGraph">Whether eager results can be differentiated again. Symbolic ones always can.</param>
    /// <returns>One tensor each, of its shape; zeros where <paramref name="output"/> does not depend on it.</returns>
    /// <exception cref="ArgumentException"><paramref name="output"/> has more than one element.</exception>
    public static Tensor[] Of(Tensor output, IReadOnlyList<Tensor> withRespectTo, bool createGraph = false)
    {
        ArgumentNullException.ThrowIfNull(output);
        return output.ElementCount == 1
            ? VectorJacobianProduct([output], withRespectTo, [Tensor.Ones(output.Shape, output.DType)], createGraph)
            : throw new ArgumentException(
                $"A gradient is of a scalar; this tensor has shape {output.Shape}. Sum or average it first, or use {nameof(VectorJacobianProduct)} with a cotangent.",
                nameof(output));
    }

    /// <summary>The gradient of the sum of a function's values with respect to its argument, as a tensor like any other: within a compiled function, and eagerly.</summary>
    /// <param name="function">From a tensor to one of any shape, made of tensor operations. It may use parameters.</param>
    /// <param name="x">The argument.</param>
    /// <returns>
    /// A tensor of the shape of <paramref name="x"/>. Where each value depends on one row of the argument, each row of the result is the gradient of its own value. It can be
    /// differentiated further, with respect to the argument and to parameters, unless the recording of gradients is off (<see cref="GradientMode"/>).
    /// </returns>
    public static Tensor OfFunction(Func<Tensor, Tensor> function, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(x);
        bool createGraph = GradientMode.IsEnabled;

        // Eager operations are recorded only for a tensor that requires a gradient.
        using GradientMode.EnabledScope scope = GradientMode.Enable();
        Tensor argument = x.IsSymbolic || x.RequiresGradient ? x : new Tensor(x.Shape, x.Storage, requiresGradient: true);
        Tensor y = function(argument);
        return VectorJacobianProduct([y], [argument], [Tensor.Ones(y.Shape, y.DType)], createGraph)[0];
    }

    /// <summary>The vector-Jacobian products <c>Σ cotangentᵢ · ∂outputᵢ/∂x</c> for each <c>x</c>.</summary>
    /// <param name="outputs">What is differentiated.</param>
    /// <param name="withRespectTo">Leaves or intermediate results.</param>
    /// <param name="cotangents">One an output, of its shape.</param>
    /// <param name="createGraph">Whether eager results can be differentiated again. Symbolic ones always can.</param>
    /// <returns>One tensor each, of its shape; zeros where the outputs do not depend on it.</returns>
    /// <exception cref="ArgumentException">The numbers of outputs and cotangents, or their shapes or element types, differ.</exception>
    public static Tensor[] VectorJacobianProduct(IReadOnlyList<Tensor> outputs, IReadOnlyList<Tensor> withRespectTo, IReadOnlyList<Tensor> cotangents, bool createGraph = false)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentNullException.ThrowIfNull(withRespectTo);
        ArgumentNullException.ThrowIfNull(cotangents);
        ArgumentException.ThrowIf(
            outputs.Count != cotangents.Count, $"There are {outputs.Count} outputs and {cotangents.Count} cotangents; each output takes one.", nameof(cotangents));
        for (int i = 0; i < outputs.Count; i++)
        {
            ArgumentException.ThrowIf(
                outputs[i].Shape != cotangents[i].Shape,
                $"Output {i} has shape {outputs[i].Shape} and its cotangent {cotangents[i].Shape}; they must be the same.", nameof(cotangents));
            ArgumentException.ThrowIf(
                outputs[i].DType != cotangents[i].DType,
                $"Output {i} is {outputs[i].DType.Name()} and its cotangent {cotangents[i].DType.Name()}; convert one with ToSingle() or ToDouble().", nameof(cotangents));
        }

        using IDisposable? scope = createGraph ? null : GradientMode.Disable();
        Dictionary<Tensor, Tensor> found = Walk(outputs, cotangents, new HashSet<Tensor>(withRespectTo, ReferenceEqualityComparer.Instance));
        var result = new Tensor[withRespectTo.Count];
        for (int i = 0; i < result.Length; i++)
        {
            Tensor x = withRespectTo[i];
            result[i] = found.TryGetValue(x, out Tensor? gradient) ? gradient : Tensor.Zeros(x.Shape, x.DType);
        }

        return result;
    }

    /// <summary>Adds the gradient of a scalar to every leaf that it depends on.</summary>
    internal static void Accumulate(Tensor output)
    {
        List<Tensor> leaves = [];
        foreach (Tensor tensor in ReverseOrder([output], static x => x.RequiresGradient))
        {
            if (tensor.Operation is null)
            {
                leaves.Add(tensor);
            }
        }

        Tensor[] gradients = Of(output, leaves);
        for (int i = 0; i < leaves.Count; i++)
        {
            leaves[i].AddToGradient(gradients[i]);
        }
    }

    private static Dictionary<Tensor, Tensor> Walk(IReadOnlyList<Tensor> outputs, IReadOnlyList<Tensor> cotangents, HashSet<Tensor> targets)
    {
        List<Tensor> order = ReverseOrder(outputs, static _ => true);
        HashSet<Tensor> concerned = new(targets, ReferenceEqualityComparer.Instance);
        for (int i = order.Count - 1; i >= 0; i--)
        {
            if (Array.Exists(order[i].Inputs, concerned.Contains))
            {
                concerned.Add(order[i]);
            }
        }

        Dictionary<Tensor, Tensor> gradients = new(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < outputs.Count; i++)
        {
            Add(gradients, outputs[i], cotangents[i]);
        }

        foreach (Tensor tensor in order)
        {
            if (tensor.Operation is null || !gradients.TryGetValue(tensor, out Tensor? cotangent))
            {
                continue;
            }

            bool[] needed = Array.ConvertAll(tensor.Inputs, concerned.Contains);
            if (!needed.Contains(true))
            {
                continue;
            }

            CheckVersions(tensor);
            Tensor?[] parts = tensor.Operation.Gradient(tensor.Inputs, tensor, cotangent, needed);
            for (int i = 0; i < parts.Length; i++)
            {
                if (needed[i] && parts[i] is { } part)
                {
                    Add(gradients, tensor.Inputs[i], part);
                }
            }
        }

        return gradients;
    }

    private static void Add(Dictionary<Tensor, Tensor> gradients, Tensor tensor, Tensor part) =>
        gradients[tensor] = gradients.TryGetValue(tensor, out Tensor? sum) ? sum + part : part;

    private static void CheckVersions(Tensor tensor)
    {
        if (tensor.IsSymbolic)
        {
            return;
        }

        long versions = 0;
        foreach (Tensor input in tensor.Inputs)
        {
            versions += (input as Parameter)?.Version ?? 0;
        }

        InvalidOperationException.ThrowIf(
            versions != tensor.ParameterVersions,
            $"A parameter or buffer changed after '{tensor.Operation!.Name}' used it and before its gradient was taken, "
                + $"so the gradient would be wrong. Call Backward before the optimizer's step, and before a buffer is set.");
    }

    /// <summary>The tensors that the outputs depend on, each before what it was made of.</summary>
    private static List<Tensor> ReverseOrder(IReadOnlyList<Tensor> outputs, Func<Tensor, bool> follow)
    {
        List<Tensor> postorder = [];
        HashSet<Tensor> seen = new(ReferenceEqualityComparer.Instance);
        Stack<(Tensor Tensor, bool Expanded)> stack = new();
        foreach (Tensor output in outputs)
        {
            stack.Push((output, false));
            while (stack.TryPop(out (Tensor Tensor, bool Expanded) top))
            {
                if (top.Expanded)
                {
                    postorder.Add(top.Tensor);
                    continue;
                }

                if (!follow(top.Tensor) || !seen.Add(top.Tensor))
                {
                    continue;
                }

                stack.Push((top.Tensor, true));
                foreach (Tensor input in top.Tensor.Inputs)
                {
                    stack.Push((input, false));
                }
            }
        }

        postorder.Reverse();
        return postorder;
    }
}
