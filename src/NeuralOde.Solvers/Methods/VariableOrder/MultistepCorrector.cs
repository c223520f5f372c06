namespace NeuralOde.Solvers;

/// <summary>How an implicit multistep method solves its equations.</summary>
public enum MultistepCorrector
{
    /// <summary>By inserting the last iterate into the field: no linear algebra, for problems that are not stiff.</summary>
    Functional,

    /// <summary>By a modified Newton iteration.</summary>
    Newton,
}
