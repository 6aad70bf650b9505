/** One line of a shell: the commands of a pipeline, each a list of arguments; a lone command is a pipeline of one. */
export type ShellLine = readonly (readonly string[])[];
