namespace NeuralOde.Series.Forecasting.Discrete;

/// <summary>The orders of a seasonal ARIMA model (Box and Jenkins 1970).</summary>
/// <param name="P">Autoregression.</param>
/// <param name="D">Differences.</param>
/// <param name="Q">Moving average.</param>
/// <param name="SeasonalP">Seasonal autoregression.</param>
/// <param name="SeasonalD">Seasonal differences.</param>
/// <param name="SeasonalQ">Seasonal moving average.</param>
/// <param name="Period">The season in steps; 1 where there is none.</param>
/// <param name="HasConstant">Whether the differenced series has a mean.</param>
internal sealed record ArimaOrders(int P, int D, int Q, int SeasonalP, int SeasonalD, int SeasonalQ, int Period, bool HasConstant)
{
    /// <summary>The number of coefficients.</summary>
    public int Coefficients => P + Q + SeasonalP + SeasonalQ + (HasConstant ? 1 : 0);

    /// <summary>The values that differencing takes from the start.</summary>
    public int Lost => D + (SeasonalD * Period);

    /// <summary>Whether the orders lie in the range that is searched.</summary>
    public bool IsWithin =>
        P is >= 0 and <= 5 && Q is >= 0 and <= 5 && SeasonalP is >= 0 and <= 2 && SeasonalQ is >= 0 and <= 2 && P + Q + SeasonalP + SeasonalQ <= 5
        && (Period > 1 || SeasonalP + SeasonalQ == 0) && (!HasConstant || D + SeasonalD <= 1);

    public override string ToString() =>
        $"ARIMA({P},{D},{Q})" + (Period > 1 ? $"({SeasonalP},{SeasonalD},{SeasonalQ}) of {Period} steps" : "") + (HasConstant ? (D + SeasonalD == 0 ? " with "
            + "mean" : " with drift") : "");
}
