namespace NeuralOde.Solvers;

/// <summary>How much of a state rests.</summary>
internal enum Rest
{
    /// <summary>Nothing: the error estimate says what there is to say.</summary>
    None,

    /// <summary>Some components, about whose perturbations the error estimate says nothing.</summary>
    Part,

    /// <summary>The whole state moves by less than the tolerance.</summary>
    Whole,
}

/// <summary>Largest products of a step and an eigenvalue of the field's Jacobian.</summary>
/// <param name="Precise">At which the method multiplies any perturbation as it should, within the relative tolerance.</param>
/// <param name="Decay">At which it still damps a decay.</param>
/// <param name="Oscillation">At which it does not amplify an oscillation.</param>
internal readonly record struct RestLimits(double Precise, double Decay, double Oscillation);
