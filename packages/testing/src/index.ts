export {
  type AdapterUnderTest,
  adapterContract,
  type ContractAnswer,
  type ContractApi,
  type ContractFramework,
  type ContractRequest,
  type ReceivedRequest,
} from './adapter-contract.ts';
export { startContractApi } from './contract-api.ts';
