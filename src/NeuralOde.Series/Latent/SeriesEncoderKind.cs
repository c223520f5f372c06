namespace NeuralOde.Series.Latent;

/// <summary>What reads series for a latent model.</summary>
public enum SeriesEncoderKind
{
    /// <summary>A GRU that reads values and time differences backward; see <see cref="GruEncoder"/>.</summary>
    Gru,

    /// <summary>A GRU whose state follows a differential equation between observations; see <see cref="OdeRnnEncoder"/>.</summary>
    OdeRnn,
}
