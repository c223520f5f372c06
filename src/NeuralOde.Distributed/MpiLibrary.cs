using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;

namespace NeuralOde.Distributed;

/// <summary>
/// The functions of an MPI library, loaded when this is made. There are two binary interfaces: Open MPI's handles are addresses of symbols, those of MPICH, Intel MPI
/// and MS-MPI are numbers.
/// </summary>
internal sealed unsafe class MpiLibrary
{
    private const int AnyTag = -1;
    private const int LongestText = 8_192;

    private readonly nint _library;
    private readonly nint _world;
    private readonly nint _byte;
    private readonly nint _errorsReturn;
    private readonly int _anySource;
    private readonly int _sourceAt;
    private readonly delegate* unmanaged<void*, void*, int, int*, int> _initThread;
    private readonly delegate* unmanaged<int> _finalize;
    private readonly delegate* unmanaged<nint, int, int> _abort;
    private readonly delegate* unmanaged<nint, int*, int> _rank;
    private readonly delegate* unmanaged<nint, int*, int> _size;
    private readonly delegate* unmanaged<nint*, int*, void*, int> _test;
    private readonly delegate* unmanaged<nint, nint*, int> _barrier;
    private readonly delegate* unmanaged<void*, int, nint, int, nint, nint*, int> _broadcast;
    private readonly delegate* unmanaged<void*, int, nint, void*, int, nint, nint, nint*, int> _allGather;
    private readonly delegate* unmanaged<void*, int*, int*, nint, void*, int*, int*, nint, nint, nint*, int> _exchange;
    private readonly delegate* unmanaged<void*, int, nint, int, int, nint, nint*, int> _send;
    private readonly delegate* unmanaged<void*, int, nint, int, int, nint, nint*, int> _receive;
    private readonly delegate* unmanaged<int, int, nint, int*, void*, int> _probe;
    private readonly delegate* unmanaged<void*, nint, int*, int> _count;
    private readonly delegate* unmanaged<int, byte*, int*, int> _errorText;

    public MpiLibrary(string? name, bool prefersOpenMpi)
    {
        IgnoreSignals();
        name ??= Environment.GetEnvironmentVariable("NEURALODE_MPI") is { Length: > 0 } named ? named : null;
        string[] open = ["libmpi.so.40", "libmpi.40.dylib", "libmpi.so"], mpich = ["libmpi.so.12", "libmpich.so.12", "libmpich.so", "libmpi.12.dylib", "msmpi.dll", "impi.dll"];
        string[] names = name is not null ? [name] : prefersOpenMpi ? [.. open, .. mpich] : [.. mpich, .. open];
        Name = Array.Find(names, x => NativeLibrary.TryLoad(x, out _)) ?? throw new DistributedException(
            DistributedReason.NoLibrary,
            $"There is no MPI library here: looked for {string.Join(", ", names)}.",
            "Install Open MPI (Debian and Ubuntu: apt-get install openmpi-bin; Fedora: dnf install openmpi; macOS: brew install open-mpi), or name the library by NEURALODE_MPI.");
        _library = NativeLibrary.Load(Name);
        if (NativeLibrary.TryGetExport(_library, "ompi_mpi_comm_world", out _world))
        {
            // MPI_Status begins with the source.
            (_byte, _errorsReturn, _anySource, _sourceAt) = (Export("ompi_mpi_byte"), Export("ompi_mpi_errors_return"), -1, 0);
        }
        else
        {
            // MPI_Status begins with the count, in two numbers.
            (_world, _byte, _errorsReturn, _anySource, _sourceAt) = (0x44000000, 0x4c00010d, 0x54000001, -2, 2);
        }

        _initThread = (delegate* unmanaged<void*, void*, int, int*, int>)Export("MPI_Init_thread");
        _finalize = (delegate* unmanaged<int>)Export("MPI_Finalize");
        _abort = (delegate* unmanaged<nint, int, int>)Export("MPI_Abort");
        _rank = (delegate* unmanaged<nint, int*, int>)Export("MPI_Comm_rank");
        _size = (delegate* unmanaged<nint, int*, int>)Export("MPI_Comm_size");
        _test = (delegate* unmanaged<nint*, int*, void*, int>)Export("MPI_Test");
        _barrier = (delegate* unmanaged<nint, nint*, int>)Export("MPI_Ibarrier");
        _broadcast = (delegate* unmanaged<void*, int, nint, int, nint, nint*, int>)Export("MPI_Ibcast");
        _allGather = (delegate* unmanaged<void*, int, nint, void*, int, nint, nint, nint*, int>)Export("MPI_Iallgather");
        _exchange = (delegate* unmanaged<void*, int*, int*, nint, void*, int*, int*, nint, nint, nint*, int>)Export("MPI_Ialltoallv");
        _send = (delegate* unmanaged<void*, int, nint, int, int, nint, nint*, int>)Export("MPI_Isend");
        _receive = (delegate* unmanaged<void*, int, nint, int, int, nint, nint*, int>)Export("MPI_Irecv");
        _probe = (delegate* unmanaged<int, int, nint, int*, void*, int>)Export("MPI_Iprobe");
        _count = (delegate* unmanaged<void*, nint, int*, int>)Export("MPI_Get_count");
        _errorText = (delegate* unmanaged<int, byte*, int*, int>)Export("MPI_Error_string");
    }

    /// <summary>The name by which the library was found.</summary>
    public string Name { get; }

    /// <summary>What the library says of itself, in one line.</summary>
    public string Version
    {
        get
        {
            byte* text = stackalloc byte[LongestText];
            int length = 0;
            Check("MPI_Get_library_version", ((delegate* unmanaged<byte*, int*, int>)Export("MPI_Get_library_version"))(text, &length));
            return Encoding.UTF8.GetString(text, length).Split('\n', '\0')[0].Trim();
        }
    }

    /// <summary>Starts MPI, such that any thread may call it, one at a time; errors come back as codes.</summary>
    public (int Rank, int Size) Initialize()
    {
        const int Serialized = 2;
        int provided = 0, rank = 0, size = 0;
        Check("MPI_Init_thread", _initThread(null, null, Serialized, &provided));
        if (provided < Serialized)
        {
            throw new DistributedException(
                DistributedReason.Unsuitable, $"The MPI library {Name} serves only one thread (level {provided}).", "Install one that was built with support for threads.");
        }

        Check("MPI_Comm_set_errhandler", ((delegate* unmanaged<nint, nint, int>)Export("MPI_Comm_set_errhandler"))(_world, _errorsReturn));
        Check("MPI_Comm_rank", _rank(_world, &rank));
        Check("MPI_Comm_size", _size(_world, &size));
        return (rank, size);
    }

    public void Complete() => Check("MPI_Finalize", _finalize());

    public void Abort(int exitCode) => _ = _abort(_world, exitCode);

    public nint Barrier()
    {
        nint request = 0;
        Check("MPI_Ibarrier", _barrier(_world, &request));
        return request;
    }

    public nint Broadcast(byte* values, int length)
    {
        nint request = 0;
        Check("MPI_Ibcast", _broadcast(values, length, _byte, 0, _world, &request));
        return request;
    }

    public nint AllGather(byte* send, int length, byte* received)
    {
        nint request = 0;
        Check("MPI_Iallgather", _allGather(send, length, _byte, received, length, _byte, _world, &request));
        return request;
    }

    public nint Exchange(byte* send, int* sendLengths, int* sendStarts, byte* received, int* receivedLengths, int* receivedStarts)
    {
        nint request = 0;
        Check("MPI_Ialltoallv", _exchange(send, sendLengths, sendStarts, _byte, received, receivedLengths, receivedStarts, _byte, _world, &request));
        return request;
    }

    public nint Send(byte* message, int length, int rank, int tag)
    {
        nint request = 0;
        Check("MPI_Isend", _send(message, length, _byte, rank, tag, _world, &request));
        return request;
    }

    public nint Receive(byte* message, int length, int rank, int tag)
    {
        nint request = 0;
        Check("MPI_Irecv", _receive(message, length, _byte, rank, tag, _world, &request));
        return request;
    }

    /// <summary>Whether a message has come, from whom and of how many bytes.</summary>
    public (int Sender, int Length)? Probe(int tag)
    {
        Status status = default;
        int found = 0, length = 0;
        Check("MPI_Iprobe", _probe(_anySource, tag, _world, &found, &status));
        if (found == 0)
        {
            return null;
        }

        Check("MPI_Get_count", _count(&status, _byte, &length));
        return (status.Words[_sourceAt], length);
    }

    /// <summary>Whether a request is done.</summary>
    public bool IsDone(ref nint request)
    {
        Status status = default;
        int done = 0;
        fixed (nint* at = &request)
        {
            Check("MPI_Test", _test(at, &done, &status));
        }

        return done != 0;
    }

    /// <summary>
    /// UCX, which carries the messages of many a build, would take over the signals by which .NET tells of a null reference: the process would crash where it now throws. It reads
    /// the C library's environment, which .NET's own calls do not change.
    /// </summary>
    private static void IgnoreSignals()
    {
        if (!OperatingSystem.IsWindows() && Environment.GetEnvironmentVariable("UCX_ERROR_SIGNALS") is null)
        {
            fixed (byte* name = "UCX_ERROR_SIGNALS\0"u8, empty = "\0"u8)
            {
                nint libc = NativeLibrary.GetMainProgramHandle();
                if (NativeLibrary.TryGetExport(libc, "setenv", out nint set))
                {
                    _ = ((delegate* unmanaged<byte*, byte*, int, int>)set)(name, empty, 1);
                }
            }
        }
    }

    private nint Export(string name) => NativeLibrary.TryGetExport(_library, name, out nint address)
        ? address
        : throw new DistributedException(DistributedReason.Unsuitable, $"{Name} is no MPI library of version 3 or later: it has no {name}.", "Name another by NEURALODE_MPI.");

    private void Check(string operation, int code)
    {
        if (code != 0)
        {
            Throw(operation, code);
        }
    }

    [DoesNotReturn]
    private void Throw(string operation, int code)
    {
        byte* text = stackalloc byte[LongestText];
        int length = 0;
        string said = _errorText is not null && _errorText(code, text, &length) == 0 ? Encoding.UTF8.GetString(text, length) : $"code {code}";
        throw new DistributedException(DistributedReason.OperationFailed, $"{operation} failed: {said}.");
    }

    /// <summary>An MPI_Status of any library: at most 24 bytes.</summary>
    private struct Status
    {
        public fixed int Words[16];
    }
}
