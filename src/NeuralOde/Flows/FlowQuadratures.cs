namespace NeuralOde.Flows;

/// <summary>Which integrals are solved along with a flow.</summary>
[Flags]
internal enum FlowQuadratures
{
    None = 0,
    KineticEnergy = 1,
    JacobianNorm = 2,
    Acceleration = 4,
}
