namespace NeuralOde.Sensitivities;

/// <summary>Says where a solve of the adjoint failed, and which method would not have.</summary>
internal static class AdjointFailure
{
    /// <param name="result">How the solve ended.</param>
    /// <param name="carried">The number of components of the state that come before the adjoint's.</param>
    /// <param name="shape">The shape of the state.</param>
    /// <param name="advice">What to take instead.</param>
    public static OdeSolveException Of(in SolveResult result, int carried, Shape shape, string advice)
    {
        int length = shape.ElementCount, component = result.Component;
        string what = component < 0 ? ""
            : component < carried ? $" Component {component} is {Element("state", component)}, which is integrated backward along with the adjoint."
            : component < carried + length ? $" Component {component} is {Element("adjoint", component - carried)}, the gradient of the loss by that element of the state."
            : $" Component {component} is value {component - carried - length} of the parameters' gradient.";
        return new OdeSolveException(
            result, string.Create(CultureInfo.InvariantCulture, $"The adjoint could not be integrated backward in time.{what} {advice} "));

        string Element(string tensor, int index) => $"element {ElementName.Of(shape, index)} of the {tensor}";
    }
}
