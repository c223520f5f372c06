return NeuralOde.Cli.Shell.Tool.Run(args);
