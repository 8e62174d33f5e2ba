// What `prisma generate` would give for the model of the page, as far as it is used.
const rows = new Map();

export const prisma = {
  connection: {
    async create({ data: { id } }) {
      rows.set(id, { id, session: null, version: 0 });
    },
    async deleteMany() {
      rows.clear();
    },
    async findUnique({ where: { id } }) {
      return rows.has(id) ? structuredClone(rows.get(id)) : null;
    },
    async updateMany({ where: { id, version }, data }) {
      const row = rows.get(id);
      if (row?.version !== version) return { count: 0 };
      rows.set(id, { id, ...structuredClone(data) });
      return { count: 1 };
    },
  },
};
