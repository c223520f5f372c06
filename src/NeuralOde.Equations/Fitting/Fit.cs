using NeuralOde.Equations.Data;
using NeuralOde.Series.Tables;

namespace NeuralOde.Equations.Fitting;

/// <summary>Fits in one call.</summary>
public static class Fit
{
    /// <summary>Reads a table for a model, and fits the model to it.</summary>
    /// <param name="model">The model: a text (<see cref="EquationModel.Load"/>) or lambdas (<see cref="EquationModelBuilder"/>).</param>
    /// <param name="table">The table.</param>
    /// <param name="columns">Which columns are what; see there for the defaults.</param>
    /// <param name="options">How; see there for the defaults.</param>
    /// <param name="cancellationToken">Stops the fit.</param>
    /// <returns>The fit.</returns>
    /// <exception cref="EquationDataException">The table does not have what the model needs.</exception>
    /// <exception cref="EquationFitException">The model cannot be fitted.</exception>
    public static EquationFit Equations(
        EquationModel model, CsvTable table, EquationDataOptions? columns = null, EquationFitOptions? options = null, CancellationToken cancellationToken = default)
        => EquationFitter.Fit(model, EquationData.FromTable(table, model, columns), options, null, cancellationToken);
}
