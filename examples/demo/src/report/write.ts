export async function writeReport(): Promise<string> { return 'x'; }
